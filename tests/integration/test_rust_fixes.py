"""Fixed files of Rust: they compile, and their programs print the same as before."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.keys import MakeKey
from tests.support.repositories import Repo

pytestmark = pytest.mark.skipif(shutil.which("rustc") is None, reason="needs rustc")

PROGRAM = """
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

struct Client<'a> { key: &'a str, name: String }
struct Token(String);
impl From<&str> for Token { fn from(t: &str) -> Self { Token(t.to_string()) } }
fn send(k: &str) -> usize { k.len() }
fn forever(k: &'static str) -> usize { k.len() }
fn borrowed<'a>(k: &'a str) -> Client<'a> { Client { key: k, name: String::from("@KEY@") } }
fn into(k: impl Into<Cow<'static, str>>) -> usize { k.into().len() }
fn list(k: &[&str]) -> usize { k.len() }
fn header() -> &'static str { "Bearer @KEY@" }
fn plain() -> &'static str { "@KEY@" }
fn early(x: bool) -> &'static str { if x { return "@KEY@"; } if x { "@KEY@" } else { "b" } }
fn text(x: u8) -> &'static str { match x { 1 => "@KEY@", 2 => { "Bearer @KEY@" } _ => "" } }
fn generic<T: Default>() -> (T, &'static str) { (T::default(), "@KEY@") }
const F: fn() -> &'static str = || "@KEY@";

fn main() {
    println!("{}", send("@KEY@"));
    println!("{} {k}", "@KEY@", k = "@KEY@");
    println!("{:?}", Some("@KEY@"));
    assert_eq!(send("@KEY@"), 48);
    assert_eq!("@KEY@".len(), 48);
    assert_eq!(plain(), "@KEY@");
    assert_eq!(&String::from("@KEY@"), "@KEY@");
    assert!(plain() == "@KEY@", "no {}", "@KEY@");
    let key = "@KEY@";
    std::thread::spawn(move || println!("{key}")).join().unwrap();
    let b = "@KEY@".as_bytes();
    println!("{}", b.len());
    let p = std::path::Path::new("@KEY@");
    println!("{p:?}");
    let h: HashMap<&str, &str> = HashMap::from([("k", key), ("l", "@KEY@")]);
    let v = vec!["@KEY@", "b"];
    let c = borrowed("@KEY@");
    let d = Client { key: "@KEY@", name: "@KEY@".to_owned() };
    let t: Token = "@KEY@".into();
    let e: Cow<str> = "Bearer @KEY@".into();
    forever("@KEY@");
    into("@KEY@");
    list(&["@KEY@", "b"]);
    let mut s = String::new();
    s.push_str("@KEY@");
    s += "@KEY@";
    let s2 = s.clone() + "@KEY@";
    write!(s, "{}", "@KEY@").unwrap();
    let u = format!("{} {}", "@KEY@", s2);
    let unicode = "\\u{e9} {} \\" @KEY@";
    let raw = r#"{"a": "@KEY@"}"#;
    let opt = option_env!("NOT_SET_AT_ALL").unwrap_or("@KEY@");
    if key == "@KEY@" { println!("same"); }
    while s == "@KEY@" { break; }
    let x = dbg!("@KEY@");
    "@KEY@".len();
    let chars: Vec<char> = "@KEY@".chars().collect();
    let mut list2: Vec<&str> = Vec::new();
    list2.push("@KEY@");
    std::process::Command::new("true").arg("@KEY@").env("A", "@KEY@").output().ok();
    let closure = || "@KEY@";
    let r: Result<u8, &str> = Err("@KEY@");
    static LATER: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| "@KEY@".to_string());
    println!("{} {} {} {} {:?}", h.len(), v.len(), c.key, c.name, r);
    println!("{} {} {} {} {} {}", d.key, d.name, t.0, e, u, unicode);
    println!("{raw} {opt} {x} {} {} {} {}", chars.len(), closure(), *LATER, list2.len());
    println!("{} {} {} {} {}", header(), plain(), early(true), text(1), F());
    println!("{:?}", generic::<u8>().1);
}
"""


def run_program(folder: Path, key: str) -> str:
    """Compile a program, and return what it prints."""
    command = ["rustc", "-A", "warnings", "-C", "opt-level=0", "main.rs"]
    compiled = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert compiled.returncode == 0, compiled.stderr.replace(key, "KEY")
    environment = {**os.environ, "WASTACK_API_KEY": key}
    return subprocess.check_output([folder / "main"], env=environment, text=True)


def test_a_literal_may_be_anywhere(tmp_path: Path, key: str) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit({"main.rs": PROGRAM.replace("@KEY@", key)})
    before = run_program(repo.top, key)
    ran = repo.run("fix", "--write", "main.rs")
    assert "Left alone (1):" in ran.out
    assert "a reference to it lives for ever" in ran.out
    assert (repo.top / "main.rs").read_text().count(key) == 1
    assert run_program(repo.top, key) == before


@pytest.mark.parametrize(
    "line",
    [
        'unknown!("@KEY@");',
        'println!("{}", concat!("a", "@KEY@"));',
        'println!("{}", format!("@KEY@ {}", 1));',
        'assert!(match x { "@KEY@" => true, _ => false });',
        'println!("{:?}", &"@KEY@");',
        'let a: &\'static [&str] = &["@KEY@"];',
    ],
)
def test_a_literal_that_must_be_one_stays(tmp_path: Path, make_key: MakeKey, line: str) -> None:
    repo = Repo(tmp_path / "repo")
    text = f"fn main() {{ {line.replace('@KEY@', make_key())} }}\n"
    repo.commit({"main.rs": text})
    ran = repo.run("fix", "--write")
    assert (ran.code, (repo.top / "main.rs").read_text()) == (1, text)
