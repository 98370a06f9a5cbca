"""Only a browser on this machine that opened the printed URL can use the console, and its pages can load nothing else."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from queuesmith.aws import Connection, Selection
from queuesmith.console.server import Console

PORT = 4_321
HERE = f"http://127.0.0.1:{PORT}"
CONTENT = {"X-Queuesmith-Content": "1"}


@pytest.fixture(scope="module")
def console() -> Console:
    """A console whose profile does not exist, so that its views fail before they send a request."""
    return Console(Selection("dev", connection=Connection(profile="nosuch", region="eu-central-1")), PORT)


@pytest.fixture
def stranger(console: Console) -> Client:
    return Client(console)


@pytest.fixture
def browser(console: Console) -> Client:
    """A browser that has opened the URL."""
    client = Client(console)
    client.get("/", base_url=HERE, query_string={"token": console.access.token})
    return client


def test_url_with_the_token_gives_a_cookie_for_this_site_only(console: Console, stranger: Client) -> None:
    response = stranger.get("/", base_url=HERE, query_string={"token": console.access.token})
    assert response.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/">' in response.text
    assert response.headers["Set-Cookie"].startswith(f"queuesmith-{PORT}=")
    assert response.headers["Set-Cookie"].endswith("; HttpOnly; Path=/; SameSite=Strict")
    assert console.access.token not in response.headers["Set-Cookie"]
    assert stranger.get("/", base_url=HERE).status_code == 200


@pytest.mark.parametrize("query", ["", "?token=", "?token=wrong", "?token=%C3%A9"])
@pytest.mark.parametrize("path", ["/", "/workers/orders/dlq", "/static/console.js", "/nosuch"])
def test_without_the_token_nothing_is_shown(path: str, query: str, stranger: Client) -> None:
    response = stranger.get(path + query, base_url=HERE)
    assert response.status_code == 403
    assert "Open the URL that `queuesmith console` printed." in response.text
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1", "127.0.0.1:80", f"example.com:{PORT}", ""])
def test_another_host_is_refused_even_with_the_cookie(host: str, browser: Client) -> None:
    response = browser.get("/", base_url=HERE, headers={"Host": host})
    assert response.status_code == 403
    assert f"but must be 127.0.0.1:{PORT} or localhost:{PORT}." in response.text


@pytest.mark.parametrize(
    ("header", "value"),
    [("Origin", "http://example.com"), ("Origin", "null"), ("Origin", "http://127.0.0.1:1"), ("Sec-Fetch-Site", "cross-site")],
)
def test_other_origins_are_refused_even_with_the_cookie(header: str, value: str, browser: Client) -> None:
    response = browser.get("/", base_url=HERE, headers={header: value, **CONTENT})
    assert response.status_code == 403
    assert "The request comes from" in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_pages_only_read(method: str, browser: Client) -> None:
    assert browser.open("/workers/orders/dlq", method=method, base_url=HERE).status_code == 405


@pytest.mark.parametrize("path", ["/", "/static/console.css", "/nosuch"])
def test_every_response_restricts_what_a_page_can_load(path: str, browser: Client) -> None:
    headers = browser.get(path, base_url=HERE).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert (headers["Referrer-Policy"], headers["X-Content-Type-Options"]) == ("same-origin", "nosniff")
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/static/../server.py", "/static/server.py", "/static/%2e%2e/server.py"])
def test_other_files_are_not_served(path: str, browser: Client) -> None:
    assert browser.get(path, base_url=HERE).status_code == 404


@pytest.mark.parametrize("path", ["/", "/doctor", "/workers/orders", "/workers/orders/dlq", "/workers/orders/log"])
def test_errors_are_one_line_with_the_fix(path: str, browser: Client) -> None:
    response = browser.get(path, base_url=HERE, headers=CONTENT)
    assert response.status_code == 200, "the browser would log another status as an error"
    text = "The config profile (nosuch) could not be found. To list the profiles: aws configure list-profiles"
    assert f'<p class="error" role="alert">{text}</p>' in response.text


def test_names_in_paths_are_escaped(browser: Client) -> None:
    response = browser.get("/workers/<script>alert(1)<%2Fscript>/dlq".replace("%2F", "|"), base_url=HERE)
    assert response.status_code == 200
    assert "<script>alert" not in response.text
    assert "&lt;script&gt;alert(1)" in response.text


@pytest.fixture(scope="module")
def acting() -> Console:
    """A console that was started with --act."""
    return Console(Selection("dev", connection=Connection(profile="nosuch", region="eu-central-1")), PORT, can_act=True)


def test_form_without_act_is_refused(console: Console, browser: Client) -> None:
    fields = {"form": console.access.form_token, "action": "pause"}
    response = browser.post("/workers/orders/actions", base_url=HERE, data=fields, headers={"Origin": HERE})
    assert response.status_code == 403
    assert "The console only reads. To act, start it with --act." in response.text
    text = browser.get("/workers/orders/confirm?action=pause", base_url=HERE, headers=CONTENT).text
    assert "The console only reads. To act, start it with --act" in text


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        ({}, {"Origin": HERE}),
        ({"form": ""}, {"Origin": HERE}),
        ({"form": "wrong"}, {"Origin": HERE}),
        ({"form": "TOKEN"}, {}),
        ({"form": "TOKEN"}, {"Origin": "null"}),
        ({"form": "TOKEN"}, {"Origin": "http://example.com"}),
        ({"form": "TOKEN"}, {"Origin": HERE, "Sec-Fetch-Site": "same-site"}),
    ],
)
def test_form_of_another_website_is_refused(fields: dict[str, str], headers: dict[str, str], acting: Console) -> None:
    client = Client(acting)
    client.get("/", base_url=HERE, query_string={"token": acting.access.token})
    given = {name: value.replace("TOKEN", acting.access.form_token) for name, value in fields.items()}
    response = client.post("/workers/orders/actions", base_url=HERE, data={"action": "pause", **given}, headers=headers)
    assert response.status_code == 403


def test_own_form_starts_the_action_and_its_page_has_the_error(acting: Console) -> None:
    client = Client(acting)
    client.get("/", base_url=HERE, query_string={"token": acting.access.token})
    fields = {"form": acting.access.form_token, "action": "pause"}
    response = client.post("/workers/orders/actions", base_url=HERE, data=fields, headers={"Origin": HERE})
    assert (response.status_code, response.headers["Location"]) == (303, "/workers/orders/actions/1")
    acting.jobs.close()
    page = client.get("/workers/orders/actions/1", base_url=HERE, headers=CONTENT)
    assert "The config profile (nosuch) could not be found." in page.text


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"action": "purge"}, "There is no action &#34;purge&#34;"),
        ({"action": "redrive", "count": "all"}, "The number of messages is &#34;all&#34;, but must be a whole number"),
    ],
)
def test_invalid_form_is_explained(fields: dict[str, str], text: str, acting: Console) -> None:
    client = Client(acting)
    client.get("/", base_url=HERE, query_string={"token": acting.access.token})
    fields = {"form": acting.access.form_token, **fields}
    response = client.post("/workers/orders/actions", base_url=HERE, data=fields, headers={"Origin": HERE})
    assert response.status_code == 400
    assert text in response.text
