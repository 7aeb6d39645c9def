"""Somebody at the desk logs in through the daemon. A part of demo.py."""
from clinic import RpcError


def password_of(user):
    """As the stand-in platform gives them out."""
    return "sandbox-" + user["id"]


def log_in(daemon, user):
    """With the right password. Returns the mode, or the word of the refusal."""
    try:
        answer = daemon.call("auth.login", login=user["email"], password=password_of(user))
    except RpcError as error:
        print(f"   {user['email']} CANNOT LOG IN: {error}")
        return error.word
    rights = "rights checked lately" if answer["roles_fresh"] else "rights not checked for long"
    print(f"   auth.login as {user['email']}: in, {answer['mode']}, {rights}, "
          f"until {answer['expires']} if unused")
    return answer["mode"]


def guess(daemon, user):
    """With a wrong one. Returns the word of the refusal."""
    try:
        daemon.call("auth.login", login=user["email"], password="a wrong guess")
    except RpcError as error:
        print(f"   with a wrong password: {error.word}")
        return error.word
    print("   A WRONG PASSWORD LETS IN")
    return ""
