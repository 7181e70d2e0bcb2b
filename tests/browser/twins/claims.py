"""Scenarios in which a page requires claims of the session."""

from tests.browser.twins.scenario import API, Scenario

CLAIM = """
  const claim = new supertokens.BooleanClaim({
    id: "terms",
    refresh: async (context) => {
      events.push({ refreshed: context });
      await fetch(`${api}/api/accept-terms`, { method: "POST" });
    },
    defaultMaxAgeInSeconds: 300,
  });
  const { isTrue, isFalse, hasValue } = claim.validators;
"""


CLAIMS: dict[str, Scenario] = {
    "a claim is asked for": Scenario(
        "signed in",
        f"""{CLAIM}
        const other = new supertokens.PrimitiveArrayClaim({{ id: "none", refresh: () => {{}} }});
        const reported = [
          String(await supertokens.getClaimValue({{ claim }})),
          await supertokens.validateClaims(() => [isTrue()]),
          await supertokens.getClaimValue({{ claim }}),
          await supertokens.validateClaims((everywhere) => [...everywhere, isFalse(), hasValue(7)]),
          await supertokens.validateClaims(() => [other.validators.includes("x")]),
          await supertokens.validateClaims(),
        ];
        return JSON.stringify(reported);
        """,
        API,
        leaves_traces=True,
    ),
    "a claim is asked for without a session": Scenario(
        "signed out",
        f"""{CLAIM}
        return [
          await outcome(supertokens.getClaimValue({{ claim }})),
          await outcome(supertokens.validateClaims(() => [isTrue()])),
        ];
        """,
        API,
    ),
    "why a response was refused": Scenario(
        "signed in",
        """
        const response = await fetch(`${api}/api/needs-claim`);
        const data = await response.clone().json();
        const ask = (response) => outcome(supertokens.getInvalidClaimsFromResponse({ response }));
        const text = JSON.stringify(data);
        return [await ask(response), await ask({ data }), await ask({ data: text })];
        """,
        API,
    ),
    "why another response was refused": Scenario(
        "signed in",
        """
        const ask = (data) => outcome(
          supertokens.getInvalidClaimsFromResponse({ response: { data } }));
        return [await ask({ other: 1 }), await ask("no JSON")];
        """,
        API,
    ),
}
