"""Sign-in: one module for each recipe of SuperTokens, imported when it is used.

    from supertokens_pyodide.recipe import emailpassword

    match await emailpassword.sign_in(email=email, password=password):
        case emailpassword.SignedIn(user=user):
            print("Hello", user.emails[0])
        case emailpassword.WrongCredentials():
            print("E-mail address or password is wrong.")
        case emailpassword.FieldErrors(errors):
            print(errors)
        case emailpassword.NotAllowed(reason, code):
            print(reason)

A result is one of several frozen dataclasses, one for each status of the API, so that type checkers
see whether a ``match`` handles all of them. Whatever is no answer of the API raises RequestFailed,
and a message of the backend for the user raises GeneralError. Calls with equal arguments that are
made while one is on its way share its request.
"""
