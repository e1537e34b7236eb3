"""`hoheit-lab deploy` brings a stack up and never writes into the project."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hoheit_lab.ending import engine_processes
from support.lab import Lab

PROGRAM = """
    import time

    import pulumi
    import pulumi_kubernetes as k8s
    import pulumi_random as random

    config = pulumi.Config()
    if config.get_bool("hang"):
        time.sleep(600)
    password = random.RandomPassword("password", length=20)
    namespace = k8s.core.v1.Namespace("deployed")
    labels = {"app": "web"}
    container = {"name": "web", "image": config.get("image") or "none"}
    k8s.core.v1.Secret(
        "secret",
        metadata={"namespace": namespace.metadata.name},
        string_data={"password": password.result},
    )
    k8s.apps.v1.Deployment(
        "web",
        metadata={"namespace": namespace.metadata.name},
        spec={
            "replicas": config.require_int("replicas"),
            "selector": {"match_labels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    )
    pulumi.export("namespace", namespace.metadata.name)
"""


class Project:
    """A small project in a git repository, with its program and its stack files apart."""

    def __init__(self, root: Path, lab: Lab) -> None:
        self.root = root
        self.lab = lab
        (root / "app").mkdir(parents=True)
        (root / "conf").mkdir()
        settings = "name: tiny\nruntime: python\nmain: app\nstackConfigDir: conf\n"
        (root / "Pulumi.yaml").write_text(settings)
        (root / "app" / "__main__.py").write_text(textwrap.dedent(PROGRAM))
        self.stack_file = root / "conf" / "Pulumi.dev.yaml"
        self.configure(replicas=1)
        self.git("init", "--quiet")
        self.git("add", "--all")

    def configure(self, **values: object) -> None:
        lines = [f"  tiny:{key}: {json.dumps(value)}\n" for key, value in values.items()]
        self.stack_file.write_text(f"# a comment\nconfig:\n{''.join(lines)}")

    def git(self, *words: str) -> str:
        return self.lab.run("git", *words, cwd=self.root).stdout

    def changed_files(self) -> str:
        """What differs from what was added to git."""
        return self.git("diff", "--name-only") + self.git("ls-files", "--others")

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "hoheit_lab", "--state", str(self.lab.state.root), *words]

    def deploy(self, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        words = self.command("deploy", "--stack", "dev", "--project", str(self.root))
        return self.lab.run(*words, check=check, env=dict(os.environ))

    def pulumi(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        words = self.command("exec", "--", "pulumi", *words)
        return self.lab.run(*words, check=check, env=dict(os.environ), cwd=self.root)


@pytest.fixture(scope="module")
def project(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    project = Project(tmp_path_factory.mktemp("project") / "tiny", lab)
    yield project
    project.pulumi("destroy", "--yes", "--stack", "dev", check=False)


def test_a_deployment_is_shown_and_summed_up(project: Project) -> None:
    said = project.deploy().stdout
    assert "+ 5 created" in said or "+ 6 created" in said
    assert "What runs where" in said
    assert "web-" in said
    assert ": Running, 1 of 1 containers ready" in said
    assert "SIMULATED" in said
    assert str(project.lab.state.root) in said
    assert "down" in said.splitlines()[-1]


def test_a_second_deployment_finds_nothing_to_do(project: Project) -> None:
    said = project.deploy().stdout
    assert "created" not in said
    assert "updated" not in said
    assert "unchanged" in said


def test_what_somebody_deleted_by_hand_comes_back(project: Project) -> None:
    namespace = project.pulumi("stack", "output", "namespace").stdout.strip()
    project.lab.kubectl("delete", "secret", "--all", "--namespace", namespace)
    assert "+ 1 created" in project.deploy().stdout
    assert project.lab.kubectl("get", "secrets", "--namespace", namespace, "-o", "json")["items"]


def test_no_file_of_the_project_is_written(project: Project) -> None:
    project.deploy()
    project.pulumi("preview")
    project.pulumi("refresh", "--yes")
    assert project.changed_files() == ""


def test_plain_pulumi_knows_the_stack_that_was_deployed(project: Project) -> None:
    namespace = project.pulumi("stack", "output", "namespace").stdout.strip()
    assert project.lab.kubectl("get", "namespace", namespace, "-o", "json")


def test_plain_pulumi_sees_an_edit_and_deploy_takes_it_over(project: Project) -> None:
    project.configure(replicas=2)
    assert "~ 1 to update" in project.pulumi("preview").stdout
    assert "~ 1 updated" in project.deploy().stdout
    namespace = project.pulumi("stack", "output", "namespace").stdout.strip()
    deployments = project.lab.kubectl("get", "deployments", "-n", namespace, "-o", "json")["items"]
    assert [deployment["status"]["readyReplicas"] for deployment in deployments] == [2]


def test_secrets_are_encrypted_with_the_salt_that_only_the_copy_has(project: Project) -> None:
    state = project.pulumi("stack", "export").stdout
    assert '"ciphertext"' in state
    assert "encryptionsalt" not in project.stack_file.read_text()


def test_setting_config_edits_the_projects_own_file(project: Project) -> None:
    project.pulumi("config", "set", "image", "other")
    assert "tiny:image: other" in project.stack_file.read_text()
    assert "encryptionsalt" not in project.stack_file.read_text()
    project.configure(replicas=1)
    project.deploy()


def lock_file(project: Project, pid: int) -> Path:
    locks = project.lab.state.pulumi_state / ".pulumi" / "locks" / "organization" / "tiny" / "dev"
    locks.mkdir(parents=True, exist_ok=True)
    lock = locks / "left-behind.json"
    content = {
        "pid": pid,
        "username": "root",
        "hostname": socket.gethostname(),
        "timestamp": "2030-01-01T00:00:00Z",
    }
    lock.write_text(json.dumps(content))
    return lock


def test_the_lock_of_a_run_that_was_killed_is_removed(project: Project) -> None:
    project.configure(replicas=1, hang=True)
    words = project.command("deploy", "--stack", "dev", "--project", str(project.root))
    with subprocess.Popen(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        locks = project.lab.state.pulumi_state / ".pulumi" / "locks"
        deadline = time.monotonic() + 30
        while not list(locks.rglob("*.json")):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)
    project.configure(replicas=1)
    done = project.deploy()
    assert "left when it was killed" in done.stderr
    assert "unchanged" in done.stdout


def test_a_deployment_that_is_told_to_end_ends_pulumi_in_order(project: Project) -> None:
    project.configure(replicas=1, hang=True)
    words = project.command("deploy", "--stack", "dev", "--project", str(project.root))
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        deadline = time.monotonic() + 30
        while len(engine_processes(project.lab.state)) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 130
    assert not engine_processes(project.lab.state)
    project.configure(replicas=1)
    assert "left when it was killed" not in project.deploy().stderr


def test_a_run_that_still_lives_is_not_disturbed(project: Project) -> None:
    script = "import ctypes, time; ctypes.CDLL(None).prctl(15, b'pulumi'); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script]) as other:
        lock = lock_file(project, other.pid)
        time.sleep(0.5)  # until it has given itself the name
        done = project.deploy(check=False)
        other.kill()
        lock.unlink()
    assert done.returncode == 1
    assert done.stderr.endswith(
        f"error: process {other.pid} is working on stack dev; wait for it\n"
    )


def test_a_stack_without_a_file_is_refused_in_one_sentence(project: Project) -> None:
    words = project.command("deploy", "--stack", "prod", "--project", str(project.root))
    done = project.lab.run(*words, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: project tiny has no stack 'prod': there is no file ")
    assert len(done.stderr.splitlines()) == 1


def test_a_program_that_fails_shows_its_reason_and_the_next_deployment_continues(
    project: Project,
) -> None:
    project.configure(replicas="many")
    done = project.deploy(check=False)
    assert done.returncode == 1
    assert "replicas" in done.stdout
    assert "the next deploy continues" in done.stderr
    project.configure(replicas=1)
    assert "unchanged" in project.deploy().stdout
