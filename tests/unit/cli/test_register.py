"""`hoheit register`: from the outputs of any program's components to a table."""

import json
from pathlib import Path
from typing import Any

import pytest
from hoheit import DataClass, Egress, Fact, Location, OnDestroy, Phase, Register, Store, joined
from hoheit.driver import plain
from hoheit.location import Source, SourceKind
from hoheit_cli import main
from hoheit_cli.errors import UsageError
from hoheit_cli.register import register_of
from hoheit_cli.register_text import text
from hoheit_cli.text import WIDTH
from hoheit_policy.adapters.wire import SIGNATURE
from support.samples import declared_location

Object = dict[str, Any]


def store(name: str, **changes: Any) -> Store:
    given: dict[str, Any] = {
        "name": name,
        "data_class": DataClass.LOGS,
        "medium": "a disk",
        "location": Location(),
        "on_destroy": OnDestroy.DELETE,
    }
    return Store(**{**given, **changes})


def known(name: str, **changes: Any) -> Store:
    fact = Fact(value="x", source=Source(kind=SourceKind.DERIVED, by="a resource"))
    location = declared_location(region="r", zone="z", operator="o", controlling_jurisdiction="DE")
    fields = ("retention", "erasure", "encryption", "key_holder", "backup", "readers")
    facts = dict.fromkeys(fields, fact)
    return store(name, location=location.location(), **facts, **changes)


def contact(host: str) -> Egress:
    return Egress(
        recipient="model hub",
        host=host,
        port=8443,
        purpose="fetch a model",
        when=Phase.BUILD,
        location=Location(),
    )


def component(name: str, *stores: Store, egress: tuple[Egress, ...] = ()) -> Object:
    outputs = {"stores": plain(stores), "egress": plain(egress), "url": "http://a"}
    return resource(name, "hoheit:index:VllmService", outputs)


def resource(name: str, type_: str, outputs: Object | None) -> Object:
    urn = f"urn:pulumi:dev::p::{type_}::{name}"
    return {"urn": urn, "type": type_, **({"outputs": outputs} if outputs is not None else {})}


def export(*found: Object) -> Object:
    return {"version": 3, "deployment": {"resources": list(found)}}


def stack(**outputs: Any) -> Object:
    return resource("p-dev", "pulumi:pulumi:Stack", outputs)


def printed(capsys: pytest.CaptureFixture[str], path: Path, state: Object, *words: str) -> str:
    path.write_text(json.dumps(state))
    assert main.main(["register", "--state", str(path), *words]) == 0
    return capsys.readouterr().out


# Where it comes from


def test_the_components_of_any_program_are_joined() -> None:
    hub = contact("hub.example")
    state = export(
        stack(),
        component("chat", store("prompts"), store("weights"), egress=(hub,)),
        component("mirror", store("weights"), egress=(hub,)),
        resource("space", "hoheit:index:RestrictedNamespace", {"namespace": "models"}),
    )
    assert register_of(state) == Register(
        stores=(store("prompts"), store("weights")), egress=(hub,)
    )


def test_the_stacks_own_register_comes_first_because_it_knows_the_endpoints() -> None:
    hub = contact("hub.example")
    own = joined([Register(egress=(hub,))], {"hub.example": declared_location(country="US")})
    state = export(component("chat", egress=(hub,)), stack(register=own.model_dump(mode="json")))
    assert register_of(state) == own


def test_resources_of_others_are_not_read_whatever_they_output() -> None:
    other = resource("shop", "acme:index:Shop", {"stores": ["Berlin"], "egress": 3})
    state = export(other, component("chat", store("a")), resource("none", "hoheit:index:X", None))
    assert register_of(state) == Register(stores=(store("a"),))


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (stack(url="http://a"), "the state has no component of hoheit and no output 'register'"),
        (stack(register={"shops": []}), "stack output 'register' is not valid:\n  shops: unknown"),
        (component("chat") | {"outputs": {"stores": [{}]}}, "the state of chat is not valid:"),
        (stack(register={SIGNATURE: "x"}), "stack output 'register' is encrypted, because"),
        (
            component("chat") | {"outputs": {"stores": [{SIGNATURE: "x"}]}},
            "the state of chat is enc",
        ),
    ],
)
def test_a_state_without_a_register_that_can_be_read_is_refused(found: Object, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        register_of(export(found))
    assert str(refused.value).startswith(said)


# How it is printed


def test_what_is_unknown_comes_first_and_then_the_classes_in_their_order() -> None:
    register = Register(
        stores=(
            known("k-logs"),
            known("k-prompts", data_class=DataClass.PROMPTS),
            store("u-logs"),
            store("u-weights", data_class=DataClass.WEIGHTS),
        )
    )
    lines = text(register).splitlines()
    assert lines[0].startswith("UNKNOWN: 22 facts in 2 of 4 entries")
    heads = [line.partition(" ")[0] for line in lines if line.startswith(("k-", "u-"))]
    assert heads == ["u-weights", "u-logs", "k-prompts", "k-logs"]


def test_an_entry_names_what_is_unknown_before_what_is_known() -> None:
    location = declared_location(country="DE").location()
    lines = text(Register(stores=(store("logs", location=location),))).splitlines()
    start = lines.index("logs [logs]")
    assert lines[start + 1].startswith("  UNKNOWN       region, zone, operator, jurisdiction")
    assert "  country       DE (declared)" in lines[start:]
    assert "  medium        a disk" in lines[start:]
    assert "  on destroy    delete" in lines[start:]


def test_a_contact_says_who_when_and_why() -> None:
    lines = text(Register(egress=(contact("hub.example"),))).splitlines()
    block = lines[lines.index("hub.example:8443") :][:5]
    assert block[1:] == [
        "  UNKNOWN       country, region, zone, operator, jurisdiction",
        "  recipient     model hub",
        "  when          build",
        "  purpose       fetch a model",
    ]


def test_who_declared_something_is_named_once_with_day_and_evidence() -> None:
    lines = text(Register(stores=(known("a"), known("b")))).splitlines()
    assert lines[0] == "Nothing is unknown."
    assert lines[lines.index("WHO DECLARED (1)") :] == [
        "WHO DECLARED (1)",
        "",
        "platform team, 2026-11-02: contract 7",
    ]


def test_lines_stay_within_the_width_unless_one_word_is_longer() -> None:
    register = Register(stores=(store("a", medium="disk " * 60),), egress=(contact("b.example"),))
    lines = text(register).splitlines()
    assert max(map(len, lines)) <= WIDTH
    (first,) = [index for index, line in enumerate(lines) if line.startswith("  medium")]
    assert lines[first + 1].startswith(" " * 16 + "disk")


def test_machines_get_the_register_and_its_unknowns_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    state = export(component("chat", store("a"), egress=(contact("hub.example"),)))
    document = json.loads(printed(capsys, tmp_path / "state.json", state, "--json"))
    unknowns = document.pop("unknowns")
    assert Register.model_validate(document) == register_of(state)
    assert {"entry": "a", "field": "location.country"} in unknowns
    assert len(unknowns) == len(register_of(state).unknowns)


@pytest.mark.parametrize("words", [[], ["--json"]])
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\x1b[31mred", r"a\u001b[31mred"),
        ("a\x9b2Jb", r"a\u009b2Jb"),
        ("a\x7fb", r"a\u007fb"),
        ("a\u202eb", r"a\u202eb"),
        ("Müller", "Müller"),
    ],
    ids=ascii,
)
def test_what_a_terminal_would_act_on_is_shown_escaped(
    value: str, shown: str, words: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    place = declared_location(operator=value).location()
    state = export(component(value, store(value, medium=value, location=place)))
    told = printed(capsys, tmp_path / "state.json", state, *words)
    assert shown in told
    assert all(char.isprintable() for char in told.replace("\n", ""))
    if words:
        (found,) = json.loads(told)["stores"]
        assert (found["name"], found["medium"]) == (value, value)


def test_a_line_break_in_a_name_starts_no_line() -> None:
    lines = text(Register(stores=(store("a\nWHO DECLARED (0)"),))).splitlines()
    assert "WHO DECLARED (0)" not in "".join(line[:5] for line in lines)
    assert r"a\nWHO DECLARED (0) [logs]" in lines


def test_people_get_it_as_text(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    state = export(component("chat", store("a")))
    assert printed(capsys, tmp_path / "state.json", state) == text(register_of(state))
