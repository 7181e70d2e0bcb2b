"""Users, beyond what the SDKs ask for."""

import pytest

from tests.local_core.running import HOUR

RESET = "/recipe/user/password/reset"
VERIFY = "/recipe/user/email/verify"
LINKING = "/recipe/accountlinking/user"


def test_a_user_has_the_shape_of_the_interface(core, clock):
    response = core.ok("POST", "/recipe/signup", email=" A@Example.com ", password="secret")
    user_id = response["recipeUserId"]
    assert response["user"] == {
        "id": user_id,
        "isPrimaryUser": False,
        "tenantIds": ["public"],
        "emails": ["a@example.com"],
        "phoneNumbers": [],
        "thirdParty": [],
        "webauthn": {"credentialIds": []},
        "timeJoined": clock.now,
        "loginMethods": [
            {
                "recipeId": "emailpassword",
                "recipeUserId": user_id,
                "tenantIds": ["public"],
                "email": "a@example.com",
                "verified": False,
                "timeJoined": clock.now,
            }
        ],
    }
    assert core.ok("GET", "/recipe/user", email="A@example.com")["user"] == response["user"]
    assert core.ok("GET", "/recipe/user", userId=user_id)["user"] == response["user"]
    assert core.response("GET", "/recipe/user", email="b@example.com") == {
        "status": "UNKNOWN_EMAIL_ERROR"
    }
    assert core.response("GET", "/recipe/user", userId="u") == {"status": "UNKNOWN_USER_ID_ERROR"}


def test_a_new_address_must_be_free_in_every_tenant_of_the_user(core):
    core.put_tenant("t1")
    core.sign_up("taken@example.com", tenant="t1")
    user_id = core.sign_up("a@example.com")
    core.ok("POST", "/t1/recipe/multitenancy/tenant/user", recipeUserId=user_id)
    response = core.response("PUT", "/recipe/user", recipeUserId=user_id, email="taken@example.com")
    assert response == {"status": "EMAIL_ALREADY_EXISTS_ERROR"}
    # Nothing of the change has stayed.
    assert core.ok("GET", "/user/id", userId=user_id)["user"]["emails"] == ["a@example.com"]
    for path in ("", "/t1"):
        core.ok("POST", f"{path}/recipe/signin", email="a@example.com", password="secret")


def test_a_reset_token_works_once_and_not_for_ever(core, clock):
    user_id = core.sign_up("a@example.com")

    def new_token():
        return core.ok("POST", f"{RESET}/token", userId=user_id, email="a@example.com")["token"]

    token = new_token()
    clock.advance(HOUR + 1)
    invalid = {"status": "RESET_PASSWORD_INVALID_TOKEN_ERROR"}
    assert core.response("POST", f"{RESET}/token/consume", token=token) == invalid
    token = new_token()
    consumed = core.ok("POST", f"{RESET}/token/consume", token=token)
    assert consumed == {"status": "OK", "userId": user_id, "email": "a@example.com"}
    assert core.response("POST", f"{RESET}/token/consume", token=token) == invalid

    fields = {"method": "token", "newPassword": "new"}
    assert core.response("POST", RESET, token=token, **fields) == invalid
    assert core.ok("POST", RESET, token=new_token(), **fields)["userId"] == user_id
    core.ok("POST", "/recipe/signin", email="a@example.com", password="new")


def test_a_verification_token_belongs_to_a_tenant_and_expires(core, clock):
    core.put_tenant("t1")
    fields = {"userId": "somebody", "email": "A@example.com"}
    token = core.ok("POST", f"{VERIFY}/token", **fields)["token"]
    invalid = {"status": "EMAIL_VERIFICATION_INVALID_TOKEN_ERROR"}
    assert core.response("POST", f"/t1{VERIFY}", method="token", token=token) == invalid
    clock.advance(24 * HOUR + 1)
    assert core.response("POST", VERIFY, method="token", token=token) == invalid
    token = core.ok("POST", f"{VERIFY}/token", **fields)["token"]
    response = core.ok("POST", VERIFY, method="token", token=token)
    assert response == {"status": "OK", "userId": "somebody", "email": "a@example.com"}
    assert core.ok("GET", VERIFY, **{**fields, "email": "a@example.com"})["isVerified"] is True
    # Here the address has to be spelt as it is kept.
    assert core.ok("GET", VERIFY, **fields)["isVerified"] is False
    assert core.response("POST", f"{VERIFY}/token", **fields) == {
        "status": "EMAIL_ALREADY_VERIFIED_ERROR"
    }


@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_users_are_listed_page_by_page(core, clock, order):
    ids = []
    for number in range(7):
        # Some join at the same time.
        clock.advance(number % 2)
        ids.append(core.sign_up(f"u{number}@example.com"))
    found, page = [], {}
    while True:
        response = core.ok("GET", "/users", limit=2, timeJoinedOrder=order, **page)
        found += response["users"]
        if "nextPaginationToken" not in response:
            break
        page = {"paginationToken": response["nextPaginationToken"]}
    assert sorted(user["id"] for user in found) == sorted(ids)
    joined = [user["timeJoined"] for user in found]
    assert joined == sorted(joined, reverse=order == "DESC")


def test_a_list_can_be_narrowed(core):
    core.put_tenant("t1")
    ours = core.sign_up("ann@example.com")
    core.sign_up("bob@example.com")
    theirs = core.sign_up("ann@example.com", tenant="t1")

    def ids(path, **fields):
        return [user["id"] for user in core.ok("GET", path, **fields)["users"]]

    assert ids("/users", email="Ann") == [ours]
    assert ids("/t1/users") == [theirs]
    assert ids("/users", includeRecipeIds="thirdparty,passwordless") == []
    assert len(ids("/users", includeRecipeIds="emailpassword , thirdparty")) == 2
    assert ids("/users", phone="+49") == []
    assert core.ok("GET", "/users/count")["count"] == 2
    assert core.ok("GET", "/users/count", includeAllTenants="true")["count"] == 3
    assert core.ok("GET", "/users/count", includeRecipeIds="thirdparty")["count"] == 0

    by_info = "/users/by-accountinfo"
    assert ids(by_info, email="ANN@example.com", doUnionOfAccountInfo="false") == [ours]
    both = {"email": "ann@example.com", "phoneNumber": "+49"}
    assert ids(by_info, **both, doUnionOfAccountInfo="false") == []
    assert ids(by_info, **both, doUnionOfAccountInfo="true") == [ours]


def make_primary(core, user_id):
    return core.response("POST", f"{LINKING}/primary", recipeUserId=user_id)


def link(core, user_id, primary_id):
    fields = {"recipeUserId": user_id, "primaryUserId": primary_id}
    return core.response("POST", f"{LINKING}/link", **fields)


def test_becoming_a_primary_user(core):
    user_id = core.sign_up("a@example.com")
    check = core.ok("GET", f"{LINKING}/primary/check", recipeUserId=user_id)
    assert check == {"status": "OK", "wasAlreadyAPrimaryUser": False}
    assert make_primary(core, user_id)["wasAlreadyAPrimaryUser"] is False
    again = make_primary(core, user_id)
    assert again["wasAlreadyAPrimaryUser"] is True
    assert again["user"]["isPrimaryUser"] is True


def test_two_primary_users_with_one_address_in_a_tenant_cannot_be(core):
    core.put_tenant("t1")
    one, other = core.sign_up("a@example.com"), core.sign_up("a@example.com", tenant="t1")
    make_primary(core, one)
    make_primary(core, other)
    taken = core.sign_up("b@example.com", tenant="t1")
    core.ok("POST", "/recipe/multitenancy/tenant/user", recipeUserId=taken)
    conflict = {
        "status": "ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR",
        "description": "This user's email is already associated with another user ID",
    }
    # Linked to one of them, the user would bring that one into the tenant of the other.
    for path, send in ((f"{LINKING}/link/check", "GET"), (f"{LINKING}/link", "POST")):
        fields = {"recipeUserId": taken, "primaryUserId": one}
        assert core.response(send, path, **fields) == {**conflict, "primaryUserId": other}
    third = core.sign_up("c@example.com", tenant="t1")
    make_primary(core, third)
    assert link(core, other, third)["primaryUserId"] == other
    stranger = core.sign_up("d@example.com")
    core.put_tenant("t2")
    response = core.response("POST", "/t1/recipe/multitenancy/tenant/user", recipeUserId=one)
    # With any primary user: the address is there already.
    assert response == {"status": "EMAIL_ALREADY_EXISTS_ERROR"}
    assert link(core, stranger, third)["status"] == "OK"
    lone = core.sign_up("a@example.com", tenant="t2")
    response = link(core, lone, third)
    assert response == {**conflict, "primaryUserId": other}

    assert link(core, taken, third)["status"] == "OK"
    fields = {"recipeUserId": taken, "email": "a@example.com"}
    assert core.response("PUT", "/recipe/user", **fields) == {
        "status": "EMAIL_CHANGE_NOT_ALLOWED_ERROR",
        "reason": "New email is associated with another primary user ID",
    }


def test_a_primary_user_is_in_a_tenant_with_all_addresses(core):
    core.put_tenant("t1")
    one, abroad = core.sign_up("a@example.com"), core.sign_up("b@example.com", tenant="t1")
    make_primary(core, one)
    link(core, abroad, one)
    # No user logs in with the address in that tenant, but a primary user there has it.
    rival = core.sign_up("a@example.com", tenant="t1")
    response = make_primary(core, rival)
    assert (
        response["status"] == "ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR"
    )
    assert response["primaryUserId"] == one
    core.put_tenant("t2")
    distant = core.sign_up("a@example.com", tenant="t2")
    make_primary(core, distant)
    assert core.response("POST", "/t1/recipe/multitenancy/tenant/user", recipeUserId=distant) == {
        "status": "EMAIL_ALREADY_EXISTS_ERROR"
    }
    core.ok("POST", "/user/remove", userId=rival)
    assert core.response("POST", "/t1/recipe/multitenancy/tenant/user", recipeUserId=distant) == {
        "status": "ASSOCIATION_NOT_ALLOWED_ERROR",
        "reason": f"Another primary user with email already exists: {one}",
    }
    # The link would bring the primary user's own address into the tenant of the other.
    third = core.sign_up("c@example.com", tenant="t2")
    response = link(core, third, one)
    assert (
        response["status"] == "ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR"
    )
    assert response["primaryUserId"] == distant


def test_what_cannot_be_linked(core):
    one, two, three = (core.sign_up(f"{name}@example.com") for name in "abc")
    assert link(core, two, one) == {"status": "INPUT_USER_IS_NOT_A_PRIMARY_USER"}
    make_primary(core, one)
    make_primary(core, three)
    first = link(core, two, one)
    assert first["accountsAlreadyLinked"] is False
    assert link(core, two, one)["accountsAlreadyLinked"] is True
    again = link(core, two, three)
    assert again.pop("user")["id"] == one
    assert again == {
        "status": "RECIPE_USER_ID_ALREADY_LINKED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR",
        "primaryUserId": one,
        "description": "The input recipe user ID is already linked to another user ID",
    }
    response = core.request("POST", f"{LINKING}/primary", json={"recipeUserId": "nobody"})
    assert (response.status_code, response.text.strip()) == (400, "Unknown user ID provided")


def test_a_primary_user_is_removed_whole_or_in_part(core):
    def linked_pair(name):
        one, two = core.sign_up(f"{name}1@example.com"), core.sign_up(f"{name}2@example.com")
        make_primary(core, one)
        link(core, two, one)
        core.ok("PUT", "/recipe/user/metadata", userId=one, metadataUpdate={"a": 1})
        return one, two

    one, two = linked_pair("a")
    core.ok("POST", "/user/remove", userId=one, removeAllLinkedAccounts=False)
    left = core.ok("GET", "/user/id", userId=one)["user"]
    assert [method["recipeUserId"] for method in left["loginMethods"]] == [two]
    # The user keeps the old id, and its data.
    assert left["id"] == one
    assert core.ok("GET", "/recipe/user/metadata", userId=one)["metadata"] == {"a": 1}

    one, two = linked_pair("b")
    core.ok("POST", "/user/remove", userId=two)
    for user_id in (one, two):
        assert core.response("GET", "/user/id", userId=user_id) == {
            "status": "UNKNOWN_USER_ID_ERROR"
        }
    assert core.ok("GET", "/recipe/user/metadata", userId=one)["metadata"] == {}


def test_unlinking_the_login_method_that_gave_its_id_removes_it(core):
    one, two = core.sign_up("a@example.com"), core.sign_up("b@example.com")
    make_primary(core, one)
    link(core, two, one)
    unlink = f"{LINKING}/unlink"
    assert core.ok("POST", unlink, recipeUserId=one) == {
        "status": "OK",
        "wasRecipeUserDeleted": True,
        "wasLinked": True,
    }
    assert core.ok("GET", "/user/id", userId=two)["user"]["id"] == one
    assert core.ok("POST", unlink, recipeUserId=two)["wasRecipeUserDeleted"] is False
    assert core.ok("GET", "/user/id", userId=two)["user"]["id"] == two
    assert core.ok("POST", unlink, recipeUserId=two)["wasLinked"] is False


def test_roles_and_metadata_need_no_user_of_ours(core):
    core.ok("PUT", "/recipe/role", role=" admin ", permissions=[" read "])
    core.ok("PUT", "/recipe/user/role", userId="from elsewhere", role="admin")
    assert core.ok("GET", "/recipe/role/users", role="admin")["users"] == ["from elsewhere"]
    assert core.ok("GET", "/recipe/permission/roles", permission="read")["roles"] == ["admin"]
    core.ok("POST", "/recipe/role/permissions/remove", role="admin")
    assert core.ok("GET", "/recipe/role/permissions", role="admin")["permissions"] == []
    core.ok("POST", "/recipe/role/remove", role="admin")
    assert core.ok("GET", "/recipe/user/roles", userId="from elsewhere")["roles"] == []


def test_without_a_mapping_a_user_id_maps_to_none(core):
    user_id = core.sign_up("a@example.com")
    for kind in ({}, {"userIdType": "ANY"}, {"userIdType": "SUPERTOKENS"}):
        response = core.response("GET", "/recipe/userid/map", userId=user_id, **kind)
        assert response == {"status": "UNKNOWN_MAPPING_ERROR"}


def test_two_primary_users_with_one_number_in_a_tenant_cannot_be(core):
    def code_user(tenant):
        path = f"/{tenant}/recipe/signinup/code"
        code = core.ok("POST", path, phoneNumber="+14155550101")
        given = {name: code[name] for name in ("preAuthSessionId", "linkCode")}
        return core.ok("POST", f"{path}/consume", **given)["recipeUserId"]

    core.put_tenant("t1")
    here, there = code_user("public"), code_user("t1")
    response = core.response("POST", "/t1/recipe/multitenancy/tenant/user", recipeUserId=here)
    assert response == {"status": "PHONE_NUMBER_ALREADY_EXISTS_ERROR"}
    make_primary(core, here)
    make_primary(core, there)
    # The password would bring the number of its user into the tenant of the other.
    password = core.sign_up("a@example.com", tenant="t1")
    response = link(core, password, here)
    assert response == {
        "status": "ACCOUNT_INFO_ALREADY_ASSOCIATED_WITH_ANOTHER_PRIMARY_USER_ID_ERROR",
        "primaryUserId": there,
        "description": "This user's phone number is already associated with another user ID",
    }
    lone = core.sign_up("b@example.com")
    assert link(core, lone, here)["status"] == "OK"
    response = core.response("POST", "/t1/recipe/multitenancy/tenant/user", recipeUserId=lone)
    assert response == {"status": "PHONE_NUMBER_ALREADY_EXISTS_ERROR"}
    # With another number there is no rival any more.
    email, number = core.sign_up("c@example.com"), "+14155550102"
    fields = {"recipeUserId": here, "phoneNumber": number}
    changed = core.request("PUT", "/recipe/user", headers={"rid": "passwordless"}, json=fields)
    assert changed.json() == {"status": "OK"}
    assert link(core, email, here)["status"] == "OK"
    response = core.response("POST", "/t1/recipe/multitenancy/tenant/user", recipeUserId=email)
    assert response["status"] == "OK"
