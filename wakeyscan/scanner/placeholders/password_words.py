"""Words of names and passwords that people type into examples, in many languages."""

from __future__ import annotations

import unicodedata

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPED_WORDS = """
password passwd passw passwort passphrase pass pwd pswd psw pw passcode pin secret secrets
secretkey key keys token tokens apikey api auth access refresh bearer credential credentials
creds login user username users name id uid client server consumer customer account service svc
app admin administrator root guest anonymous default basic test tests tester testing demo dummy
example sample foo bar baz qux quux foobar abc abcd xyz xxx some any my your our the of for is
here this that with not no to a an change changeme me one replace replaceme insert enter
placeholder wrong correct invalid valid bad good old new expired value string text hello world
letmein qwerty asdf asdfgh asdfghjkl qwer zxcv opensesame open sesame hunter wonderland tiger
toor troubador troubadour monkey dragon super top very strong secure private public hidden redacted
removed masked fake mock stub bogus weak word phrase live sandbox staging dev prod local localhost
temp tmp update updated changed none null nil empty undefined todo tbd fixme personal oauth
ghp gho ghs ghu ghr github header headers value values
glpat gitlab npm pat sk pk usuario clave contrasena contrasenya contrasinal secreto prueba ejemplo
tu mi su nombre cliente utilisateur motdepasse mot de passe mdp motpasse secrete essai exemple
votre mon nom identifiant benutzer benutzername nutzer passwoerter kennwort geheim geheimnis
beispiel dein ihr mein utente parola chiave segreto segreta prova esempio nomeutente tua mia
senha palavra palavrapasse chave segredo usuaria teste exemplo sua minha nome gebruiker
gebruikersnaam wachtwoord paswoord sleutel voorbeeld anvandare anvandarnamn losenord losen
hemlig hemligt hemlighet exempel bruker brukernavn passord hemmelig eksempel bruger brugernavn
adgangskode kodeord kode kayttaja kayttajatunnus tunnus salasana salainen esimerkki testi
uzytkownik haslo tajne tajny sekret przyklad twoje moje uzivatel jmeno heslo priklad uzivatelske
pouzivatel felhasznalo jelszo titkos titok pelda utilizator parolamea korisnik lozinka zaporka
geslo uporabnik kullanici kullaniciadi sifre gizli ornek deneme kata sandi katasandi pengguna
rahasia contoh nguoidung matkhau taikhoan пользователь логин пароль секрет тест пример ключ имя
юзер користувач секретныи パスワード ユーザー ユーザ ユーザー名 秘密 例
用户 用户名 密码 口令 测试 示例 使用者 帳號 密碼
사용자 비밀번호 암호
كلمة المرور كلمةالمرور مستخدم المستخدم משתמש סיסמה סיסמא χρηστης κωδικος συνθηματικο รหัสผ่าน
ผู้ใช้ पासवर्ड उपयोगकर्ता john jane doe alice bob joe
"""
"""Passwords, names and the words of both; `fold` removes their accents."""

_STROKES = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae"})
"""Letters that Unicode does not decompose."""
_LEET = str.maketrans("01345@$!7", "oieasasit")
"""Letters that digits and signs replace, as in `p@ssw0rd`."""
_MAX_DIGITS = 6
"""Maximum number of digits in addition to the words."""
_MIN_WORD = 3
"""Letters of a word that counts; a shorter one may be next to it."""
_SET_APART = lazy_pattern(r"(?<![^\W_])[^\W\d_]{3,8}(?![^\W_])")
"""Letters between signs."""
_MAX_SIZE = 64
"""Characters of the longest text in which words are searched."""


def fold(text: str) -> str:
    """Return a text in lower case and without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold()).translate(_STROKES)
    return "".join(one for one in decomposed if not unicodedata.combining(one))


_WORDS = frozenset(map(fold, _TYPED_WORDS.split()))
_SIZES = sorted({len(word) for word in _WORDS})


def is_made_of_words(text: str, name: str = "") -> bool:
    """Return whether a text is made of words of examples, and maybe of the user's name.

    Signs and a few digits may separate them. None of 30,000 random texts of 8 letters
    and digits counts.
    """
    if len(text) > _MAX_SIZE:
        return False
    folded, own = fold(text), _list_name_words(name)
    texts = (folded, _replace_leet(folded), folded.translate(_LEET), *_list_rests(folded))
    return any(_is_split(one, own) for one in texts)


def _list_rests(text: str) -> Iterator[str]:
    """Yield a text without each word, such as the name of a product, that signs set apart.

    The rest has as many letters and digits as the word, or more.
    """
    for word in _SET_APART.finditer(text):
        rest = text[: word.start()] + text[word.end() :]
        if sum(map(str.isalnum, rest)) >= len(word[0]):
            yield rest


def _list_name_words(name: str) -> frozenset[str]:
    """Return the name before an `@`, and its letters; not a name of one or two characters."""
    folded = fold(name).partition("@")[0]
    words = (folded, "".join(filter(str.isalpha, folded)))
    return frozenset(word for word in words if len(word) > 2)


def _replace_leet(folded: str) -> str:
    """Replace the digits and signs that represent letters, but not those at the end."""
    body = folded.rstrip("0123456789!?.$#")
    return body.translate(_LEET) + folded[len(body) :]


def _is_split(text: str, own: frozenset[str]) -> bool:
    """Return whether a text can be split into words, signs and a few digits.

    At least half of its letters and digits must be in words of three letters or more.
    """
    if sum(map(str.isdigit, text)) > _MAX_DIGITS:
        return False
    sizes = sorted({*_SIZES, *map(len, own)})
    letters = [0, *[-1] * len(text)]  # by position: letters of words before it; -1: not reached
    for at in range(len(text)):
        if (count := letters[at]) < 0:
            continue
        if not text[at].isalpha():
            letters[at + 1] = max(letters[at + 1], count)
        for size in sizes:
            if (word := text[at : at + size]) in _WORDS or word in own:
                end = at + len(word)
                letters[end] = max(letters[end], count + _count_letters(word))
    return letters[-1] * 2 >= sum(map(str.isalnum, text)) > 0


def _count_letters(word: str) -> int:
    """Return the letters of a word, but zero for two Latin ones: any text contains such words."""
    return len(word) if len(word) >= _MIN_WORD or not word.isascii() else 0
