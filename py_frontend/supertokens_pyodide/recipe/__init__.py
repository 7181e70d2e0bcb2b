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
see whether a ``match`` handles all of them. A response that the API does not define raises
RequestFailed. A message of the backend for the user raises GeneralError. If a call with equal
arguments is running, a second call shares its request.
"""
