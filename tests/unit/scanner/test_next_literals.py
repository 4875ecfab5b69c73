"""Literals and words after a key that a program joins with it: the key may be only a part."""

from __future__ import annotations

import pytest

from tests.support.keys import MakeKey
from tests.support.scan import find
from wakeyscan.core.finding import Bounds

JOINED = {
    "a format of Rust": 'let key = format!("{}{}", "AAA", "BBB");\n',
    "a format of C++": 'auto k = std::format("{0}{1}", "AAA", "BBB");\n',
    "a format of Python": 'key = "{0}{1}".format("AAA", "BBB")\n',
    "a format of Kotlin": 'val key = "%s%s".format("AAA", "BBB")\n',
    "a format of Lua": 'local key = ("%s%s"):format("AAA", "BBB")\n',
    "a format of PowerShell": '$key = "{0}{1}" -f "AAA", "BBB"\n',
    "a format of SQL": "SELECT format('%s%s', 'AAA', 'BBB');\n",
    "a format of Tcl": "set k [format %s%s AAA BBB]\n",
    "a concatenation of Tcl": "set k [string cat AAA BBB]\n",
    "a concatenation of SAS": 'k = cats("AAA", "BBB");\n',
    "a copy of memory": 'memcpy(key, "AAA", 30);\nmemcpy(key + 30, "BBB", 60);\n',
    "a function of JavaScript": 'const key = ((a, b) => a + b)("AAA", "BBB");\n',
    "a tuple of C#": 'var (a, b) = ("AAA", "BBB");\nvar key = a + b;\n',
    "a list of Perl": 'my ($a, $b) = ("AAA", "BBB");\nmy $k = $a . $b;\n',
    "a blank that is replaced": 'key = "AAA BBB".replace(" ", "")\n',
    "a blank that is substituted": 'key = re.sub(r"\\s", "", "AAA BBB")\n',
    "a comma that is split": 'const key = "AAA,BBB".split(",").join("");\n',
    "a blank that is deleted": 'KEY=`echo AAA BBB | tr -d " "`\n',
    "an array of a shell": 'A=(AAA BBB)\nIFS= KEY="${A[*]}"\n',
    "a sum without quotes": "key: AAA + BBB\n",
    "a list of a template": "parts:\n  - AAA\n  - BBB\nkey: \"{{ parts | join('') }}\"\n",
}

WHOLE = {
    "two arguments": 'client = Client("AAA", "BBB")\n',
    "a row of SQL": "INSERT INTO keys VALUES ('AAA', 'BBB');\n",
    "a tuple that nothing joins": 'var (key, app) = ("AAA", "BBB");\nvar c = Client(key, app);\n',
    "a log": "2026-11-30 key AAA user BBB | trace 7\n",
    "an array that nothing joins": "KEYS=(AAA BBB)\nexport LANG=C\n",
    "a list that nothing joins": "keys:\n  - name: AAA\n  - name: BBB\n",
}


@pytest.mark.parametrize("form", JOINED.values(), ids=JOINED)
@pytest.mark.parametrize("cut", [28, 60])
def test_a_key_that_a_program_joins_is_tried_whole(cut: int, form: str, make_key: MakeKey) -> None:
    key = make_key(104)
    (finding,) = find(form.replace("AAA", key[:cut]).replace("BBB", key[cut:]).encode())
    texts = [finding.secret, *finding.candidates]
    assert key in [text.reveal().decode() for text in texts]
    assert finding.secret.reveal().decode() == key or finding.bounds is Bounds.OPEN


@pytest.mark.parametrize("form", WHOLE.values(), ids=WHOLE)
def test_another_value_is_not_tried_as_the_rest(form: str, make_key: MakeKey) -> None:
    key, other = make_key(), make_key()[8:]
    (finding,) = find(form.replace("AAA", key).replace("BBB", other).encode())
    assert finding.secret.reveal().decode() == key
    assert [key + other] != [text.reveal().decode() for text in finding.candidates]
