"""What cannot be deployed is said in one sentence, with what to do, before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from moto import mock_aws
from moto.core import set_initial_no_auth_action_count

from infra import aws
from infra.aws import checking, client
from infra.aws.failing import AwsFailed, explained
from infra.deploy import changing, dns
from infra.deploy.changing import Change, StackPlan, find_stack
from infra.deploy.checking import check
from infra.deploy.choices import Choices, ChoicesWrong, check_choices, read_given, write_choices
from infra.deploy.registering import ROOT
from infra.registering import without_clock
from infra.stack import COMPUTE, template
from tests.infra.deploy.conftest import Muster, choose, kingston
from tests.prefectdoor import KEY, PASSWORD, prefect_door
from tests.standins import free_port


@pytest.mark.usefixtures("nobody")
def test_without_credentials_it_says_how_to_get_some(muster: Muster, home: Path, zips: Path) -> None:
    """Nobody is signed in: the sentence says so, and how to sign in."""
    choose(home, kingston("nobody"))
    done = muster("deploy", "--yes", "--built", zips)
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("Asking AWS who we are: there are no credentials. Sign in (`aws sso login`")


@pytest.mark.usefixtures("nobody")
def test_without_a_region_it_says_which_setting(muster: Muster, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS_REGION is missing, and named."""
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    aws.forget_clients()
    choose(home, kingston("nowhere"))
    done = muster("deploy", "diff")
    assert (done.code, "Set AWS_REGION, such as eu-west-2" in done.err) == (1, True)


@pytest.mark.usefixtures("nobody")
def test_an_aws_that_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """No network is no traceback."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    aws.forget_clients()
    with pytest.raises(AwsFailed, match=r"Looking around: AWS cannot be reached\. Check"), explained("Looking around"):
        client("sqs", tries=1).list_queues()


@pytest.mark.usefixtures("nobody")
def test_who_may_not_is_told_what(monkeypatch: pytest.MonkeyPatch) -> None:
    """IAM refuses: the sentence names the action somebody has to allow."""
    with mock_aws():
        sign_in(monkeypatch, "x", "x")
        client("iam").create_user(UserName="vera")
        key = client("iam").create_access_key(UserName="vera")["AccessKey"]
        sign_in(monkeypatch, key["AccessKeyId"], key["SecretAccessKey"])
        sentence = refused_by_iam()
    assert sentence.startswith("Looking at the table muster-x: you may not dynamodb:DescribeTable. Ask whoever runs")


def test_awss_own_words_are_boiled_down_to_action_and_place() -> None:
    """AWS's real refusal is a paragraph: what is left is who must allow what, on what."""
    said = (
        "User: arn:aws:sts::123456789012:assumed-role/Vera/vera is not authorized to perform: dynamodb:CreateTable on "
        "resource: arn:aws:dynamodb:eu-west-2:123456789012:table/muster-x because no identity-based policy allows the "
        "dynamodb:CreateTable action"
    )
    with pytest.raises(AwsFailed) as refused, explained("Making the table"):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": said}}, "CreateTable")
    assert str(refused.value) == (
        "Making the table: you may not dynamodb:CreateTable on arn:aws:dynamodb:eu-west-2:123456789012:table/muster-x. "
        "Ask whoever runs the account for that permission."
    )


def sign_in(monkeypatch: pytest.MonkeyPatch, id: str, secret: str) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    aws.forget_clients()


@set_initial_no_auth_action_count(0)
def refused_by_iam() -> str:
    """What somebody without any right is told."""
    with pytest.raises(AwsFailed) as refused:
        list(checking.table("muster-x"))
    return str(refused.value)


def test_a_choice_muster_would_refuse_is_refused_here() -> None:
    """Every choice is checked as the settings check it, and named as deploy.toml names it."""
    with pytest.raises(ChoicesWrong, match=r"deploy.toml: phone: must be a telephone number"):
        kingston("k1", phone="none")
    with pytest.raises(ChoicesWrong, match=r"sender: "):
        kingston("k1", sender="nobody")
    with pytest.raises(ChoicesWrong, match=r"MUSTER_SIGN_IN=oidc needs MUSTER_OIDC_ISSUER"):
        kingston("k1", sign_in="oidc")
    with pytest.raises(ChoicesWrong, match=r"name: must be 2 to 31 small letters"):
        kingston("Kingston Council")
    with pytest.raises(ChoicesWrong, match=r"domain and certificate_arn belong together"):
        kingston("k1", domain="help.example.org")
    with pytest.raises(ChoicesWrong, match=r"color: there is no key 'color'"):
        kingston("k1", color="blue")


def test_this_machines_settings_are_not_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong MUSTER_… at the desk of whoever deploys has nothing to do with what is deployed."""
    monkeypatch.setenv("MUSTER_COUNCIL", "?")
    monkeypatch.setenv("MUSTER_EMAIL", "pigeon")
    assert kingston("desk").council == "Kingston Council"


def test_choices_are_written_and_read_again(tmp_path: Path) -> None:
    """What was chosen, and no more than that, stands in a file people can read; quotes and umlauts survive."""
    chosen = kingston("file", council='Kingston "upon" Thämes', log_days=90)
    write_choices(tmp_path / "deploy.toml", chosen)
    assert check_choices(read_given(tmp_path / "deploy.toml")) == chosen
    assert "timezone" not in (tmp_path / "deploy.toml").read_text()


def test_without_anybody_to_ask_it_says_what_is_missing(muster: Muster, home: Path) -> None:
    """The first run by a machine names every choice that is missing; nothing is written."""
    done = muster("deploy", "--name", "kingston", "--yes")
    assert done.code == 1
    assert (
        "does not say council, phone, sender, alarm_email, prefect_api_url; give them with --set council=" in done.err
    )
    assert not (home / "home" / "deploy.toml").exists()
    assert muster("deploy", "--set", "colour=blue").code == 2
    assert muster("deploy", "outputs").code == 1


@pytest.mark.usefixtures("on_ministack")
def test_nobody_there_to_say_yes_changes_nothing(muster: Muster, home: Path, zips: Path) -> None:
    """A machine that forgot --yes deploys nothing; a dry run neither."""
    choose(home, kingston("silent"))
    assert muster("deploy", "--dry-run", "--no-flows", "--built", zips).code == 0
    done = muster("deploy", "--no-flows", "--built", zips)
    assert (done.code, "give --yes" in done.err) == (1, True)
    assert find_stack("muster-silent-kept") is None
    assert muster("deploy", "redrive").code == 1


@pytest.mark.usefixtures("on_ministack")
def test_another_account_or_region_is_refused(muster: Muster, home: Path, zips: Path) -> None:
    """A terminal still signed in to somewhere else neither deploys there nor destroys."""
    choose(home, kingston("place", account="123456789012", region="eu-west-1"))
    done = muster("deploy", "--yes", "--no-flows", "--built", zips)
    assert (done.code, "First see to account, region" in done.err) == (1, True)
    for words in (("destroy", "--yes"), ("outputs",), ("redrive",), ("settings",), ("rotate-keys", "--yes")):
        assert "you are in 000000000000, eu-west-2" in muster("deploy", *words).err, words
    assert muster("deploy", "diff", "--built", zips).code == 1


@pytest.mark.usefixtures("on_ministack")
def test_a_table_without_a_stack_is_not_run_over(muster: Muster, home: Path, zips: Path) -> None:
    """Somebody's table already has the name: it is said before anything is changed."""
    client("dynamodb").create_table(
        TableName="muster-taken",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    choose(home, kingston("taken"))
    done = muster("deploy", "--yes", "--no-flows", "--built", zips)
    assert (done.code, "First see to table" in done.err) == (1, True)
    assert find_stack("muster-taken") is None


@pytest.mark.usefixtures("on_ministack")
def test_a_first_try_that_failed_is_cleared_away(
    muster: Muster, home: Path, zips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be made is named; mended, the next try succeeds without anybody cleaning up by hand."""
    choose(home, kingston("second"))
    broken = template(COMPUTE) + "  Broken: {Value: !GetAtt Bell.Colour}\n"
    with monkeypatch.context() as patch:
        patch.setattr(changing, "template", lambda name: broken if name == COMPUTE else template(name))
        done = muster("deploy", "--yes", "--no-flows", "--built", zips)
    assert done.code == 1
    assert done.err.startswith("Muster-second could not be changed and is as it was")
    assert "Colour" in done.err
    assert muster("deploy", "--yes", "--no-flows", "--built", zips).code == 0


@pytest.mark.usefixtures("on_ministack")
def test_a_prefect_that_aws_cannot_reach_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine's own Prefect, or one that does not answer, is said before anything is deployed."""
    gone = kingston("prefect", prefect_api_url=f"http://127.0.0.1:{free_port()}/api")
    found = [one for one in check(gone, "000000000000", "eu-west-2") if one.about == "Prefect"]
    assert [(one.ok, "does not answer" in one.sentence) for one in found] == [(False, True)]
    assert [one.ok for one in check(gone, "000000000000", "eu-west-2", flows=False) if one.about == "Prefect"] == [None]


@pytest.mark.usefixtures("on_ministack")
def test_a_broken_file_of_the_councils_own_does_not_go_along(muster: Muster, home: Path, zips: Path) -> None:
    """On AWS a rota that cannot be read would count as none: it is said here, with its line, before it gets there."""
    choose(home, kingston("rota"))
    (home / "home" / "rota.yaml").write_text("shifts: []\nfallbak: [marge@example.org]\n")
    done = muster("deploy", "--dry-run", "--no-flows", "--built", zips)
    assert (done.code, "First see to rota.yaml" in done.err) == (1, True)
    assert "line 2: there is no key 'fallbak'; did you mean fallback?" in done.out
    (home / "home" / "rota.yaml").write_text("shifts: []\nfallback: [marge@example.org]\n")
    assert muster("deploy", "--dry-run", "--no-flows", "--built", zips).code == 0


@pytest.fixture
def locked() -> Iterator[str]:
    with prefect_door() as address:
        yield address


@pytest.mark.usefixtures("on_ministack")
def test_a_prefect_that_does_not_know_us_is_a_problem(locked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong password is said before anything is made: with it, no function could work either."""
    chosen = kingston("locked", prefect_api_url=locked)

    def looks() -> tuple[bool | None, str]:
        return next(
            (one.ok, one.sentence) for one in check(chosen, "000000000000", "eu-west-2") if one.about == "Prefect"
        )

    for setting, wrong, right in (
        ("PREFECT_API_AUTH_STRING", "muster:guess", PASSWORD),
        ("PREFECT_API_KEY", "pnu_of_somebody", KEY),
    ):
        monkeypatch.setenv(setting, wrong)
        assert looks() == (False, f"{locked} answers, but does not let us in (401)")
        monkeypatch.setenv(setting, right)
        assert looks() == (True, f"{locked} answers, and lets us in")
        monkeypatch.delenv(setting)
    assert looks()[0] is False


@pytest.mark.usefixtures("on_ministack")
@pytest.mark.parametrize(("setting", "value"), [("PREFECT_API_AUTH_STRING", PASSWORD), ("PREFECT_API_KEY", KEY)])
def test_how_prefect_knows_us_is_said_once(
    muster: Muster, home: Path, zips: Path, locked: str, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    """From then on it is in the secret: another terminal deploys without it."""
    name = f"once{len(setting)}"
    choose(home, kingston(name, prefect_api_url=locked))
    monkeypatch.setenv(setting, value)
    assert muster("deploy", "--yes", "--no-flows", "--built", zips).code == 0
    monkeypatch.delenv(setting)
    found = list(check(kingston(name, prefect_api_url=locked), "000000000000", "eu-west-2"))
    assert next(one for one in found if one.about == "Prefect").ok


@pytest.mark.parametrize(("what", "loses"), [("changed", []), ("replaced", ["Table"]), ("removed", ["Table"])])
def test_what_is_kept_is_never_replaced_on_a_nod(what: str, loses: list[str]) -> None:
    """A change that would put an empty table in place of the full one is told from one that would not."""
    from infra.deploy.deployment import Deployment

    plan = StackPlan(
        "muster-x-kept", (Change(what, "Table", "AWS::DynamoDB::Table"), Change(what, "KeyAlias", "AWS::KMS::Alias"))
    )
    built = object()
    assert Deployment(kingston("x1"), "0", "r", built, plan, StackPlan("muster-x")).loses == loses  # type: ignore[arg-type]


def test_the_clock_of_prefect_rests_on_aws(tmp_path: Path) -> None:
    """The waker is the clock there: `wake-needs` loses its schedule, promises are checked each quarter of an hour (each
    check starts a worker), everything else is as listed."""
    import yaml

    before = yaml.safe_load((ROOT / "prefect.yaml").read_text())["deployments"]
    after = yaml.safe_load(without_clock(ROOT / "prefect.yaml", tmp_path).read_text())["deployments"]
    assert [one["name"] for one in before] == [one["name"] for one in after]
    changed = {one["name"]: one["schedules"] for one, then in zip(after, before, strict=True) if one != then}
    assert changed == {
        "wake-needs": [{"interval": 60, "active": False}],
        "check-promises": [{"interval": 900, "active": True}],
    }


@pytest.mark.usefixtures("on_ministack")
def test_the_records_for_dns_are_all_there() -> None:
    """SPF, DKIM and DMARC of the sender, and where the pages' own name points."""
    client("sesv2").create_email_identity(EmailIdentity="dns.example.org")
    chosen: Choices = kingston("dns", domain="help.example.org", certificate_arn="arn:aws:acm:x")
    found = dns.records(chosen, {"DomainTarget": "d-1.execute-api.eu-west-2.amazonaws.com"})
    kinds = [(record.name, record.kind) for record in found if "_domainkey" not in record.name]
    assert kinds == [
        ("dns.example.org", "TXT"),
        ("_dmarc.dns.example.org", "TXT"),
        ("help.example.org", "CNAME"),
    ]
