"""The lab's random provider under the real engine."""

from support.engine import Stack, write_program


def test_randomness_is_drawn_once_and_kept_encrypted(stack: Stack) -> None:
    write_program(
        stack.directory,
        """
        import pulumi
        import pulumi_random

        password = pulumi_random.RandomPassword("key", length=32)
        pulumi.export("password", password.result)
        """,
    )
    shown = stack.up().text
    password = stack.outputs()["password"]
    assert len(password) == 32
    assert stack.up().changed == {}
    assert stack.outputs()["password"] == password
    assert password not in shown + stack.state()
