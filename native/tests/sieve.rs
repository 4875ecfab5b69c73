//! The sieve names every object that a search of whole objects names.

mod support;

use std::collections::BTreeSet;
use std::convert::Infallible;
use support::{Part, Random, Writer, build_object, compress, format_delta};
use wakeyscan_native::beginnings::Beginnings;
use wakeyscan_native::entry::check_end;
use wakeyscan_native::sieve::{Caller, Found, Hit, Memo, Request, Sieve, Totals, Window};

const LITERALS: [&[u8]; 4] = [b"key", b"aab", b"longer literal", b"b"];
const NO_B: usize = 3;
const BEFORE: usize = 12;
const AFTER: usize = 9;

fn build_request() -> Request {
    Request {
        widths: LITERALS[..NO_B].iter().map(|literal| literal.len()).collect(),
        starts: vec![b"#!".to_vec()],
        containers: Beginnings::new(vec![b"PK\x03\x04".to_vec()]),
        before: BEFORE,
        after: AFTER,
        memo: Memo::default(),
    }
}

fn find(text: &[u8]) -> Vec<Found> {
    let mut found = Vec::new();
    for (number, literal) in (0..).zip(&LITERALS[..NO_B]) {
        for (at, window) in text.windows(literal.len()).enumerate() {
            if window == *literal {
                found.push((number, at + literal.len()));
            }
        }
    }
    found
}

/// Return whether the text around each literal is harmless: here, it has no `!`.
fn is_clear(content: &[u8]) -> bool {
    find(content).iter().all(|&(literal, end)| {
        let at = end - LITERALS[literal as usize].len();
        !content[at.saturating_sub(BEFORE)..(at + AFTER).min(content.len())].contains(&b'!')
    })
}

#[derive(Default)]
struct Looks(BTreeSet<u32>);

impl Caller for Looks {
    type Error = Infallible;

    fn search(&mut self, text: &[u8]) -> Result<Vec<Found>, Infallible> {
        Ok(find(text))
    }

    fn is_clear(&mut self, hit: &Hit, window: &Window) -> Result<bool, Infallible> {
        let literal = LITERALS[hit.literal as usize];
        let text = &window.text[window.at..];
        assert!(text.starts_with(&literal[..literal.len().min(AFTER)]));
        assert!(window.at <= BEFORE && window.text.len() <= window.at + AFTER);
        Ok(!window.text.contains(&b'!'))
    }

    fn look(&mut self, number: u32, _: u8, _: &[u8]) -> Result<(), Infallible> {
        assert!(self.0.insert(number));
        Ok(())
    }
}

fn search(writer: &Writer) -> (BTreeSet<u32>, Totals) {
    let (pack, batch) = writer.load();
    let (request, mut looks) = (build_request(), Looks::default());
    let Ok(totals) = Sieve::new(&request, &mut looks, pack.width).search(&batch);
    (looks.0, totals)
}

fn draw_text(random: &mut Random, limit: usize) -> Vec<u8> {
    let words: [&[u8]; 8] = [b"key", b"a", b"b", b"longer literal", b"!", b" ", b"k", b"ey"];
    let count = random.below(limit);
    (0..count).flat_map(|_| words[random.below(8)].to_vec()).collect()
}

fn draw_parts(random: &mut Random, base: usize) -> Vec<Part> {
    let count = random.below(6);
    (0..count)
        .map(|_| {
            if random.below(3) > 0 && base > 0 {
                let from = random.below(base);
                let len = 1 + random.below(base - from);
                // one-byte copies are valid, and so is a copy of everything
                Part::Copy(from, if random.below(4) == 0 { 1 } else { len })
            } else {
                Part::Insert([draw_text(random, 4), vec![b'k']].concat())
            }
        })
        .collect()
}

fn draw_pack(random: &mut Random) -> (Writer, Vec<(u8, Vec<u8>)>) {
    let (mut writer, mut objects): (Writer, Vec<(u8, Vec<u8>)>) = (Writer::new(), Vec::new());
    for _ in 0..1 + random.below(30) {
        if objects.is_empty() || random.below(5) == 0 {
            let mut content = draw_text(random, 30);
            if random.below(9) == 0 {
                content.insert(0, 0);
            }
            let kind = [1, 2, 3, 3, 3, 4][random.below(6)];
            writer.add(kind, &content);
            objects.push((kind, content));
        } else {
            let base = random.below(objects.len());
            let (kind, content) = objects[base].clone();
            let parts = draw_parts(random, content.len());
            writer.add_delta(base, &format_delta(content.len(), &parts));
            objects.push((kind, build_object(&content, &parts)));
        }
    }
    (writer, objects)
}

fn needs_look(kind: u8, content: &[u8]) -> bool {
    let is_special = content.starts_with(b"#!") || kind != 2 && content.contains(&0);
    is_special || if kind == 3 { !is_clear(content) } else { !find(content).is_empty() }
}

#[test]
fn every_object_that_needs_a_look_gets_one() {
    for seed in 1..3000 {
        let mut random = Random(seed);
        let (writer, objects) = draw_pack(&mut random);
        let (looked, totals) = search(&writer);
        for (number, (kind, content)) in (0..).zip(&objects) {
            if needs_look(*kind, content) {
                assert!(looked.contains(&number), "seed {seed}, entry {number}");
            } else {
                assert!(!looked.contains(&number), "seed {seed}, entry {number}");
            }
        }
        let bytes: usize = objects.iter().map(|(_, content)| content.len()).sum();
        assert_eq!((totals.objects, totals.bytes), (objects.len() as u64, bytes as u64));
        assert_eq!(totals.refused, []);
    }
}

#[test]
fn a_blob_that_begins_like_a_container_gets_a_look() {
    let mut writer = Writer::new();
    for (kind, content) in
        [(3, "PK\x03\x04 and more"), (3, "PK is a word"), (3, "P"), (1, "PK\x03\x04")]
    {
        writer.add(kind, content.as_bytes());
    }
    assert_eq!(search(&writer).0, BTreeSet::from([0]));
}

#[test]
fn a_copy_of_64_kb_is_no_seam() {
    let content: Vec<u8> = (0..200_000).map(|at| b'c' + (at % 7) as u8).collect();
    let mut writer = Writer::new();
    writer.add(3, &content);
    let delta = format_delta(content.len(), &[Part::Copy(0, content.len())]);
    writer.add_delta(0, &delta);
    let (looked, totals) = search(&writer);
    assert_eq!(looked, BTreeSet::new());
    assert_eq!((totals.objects, totals.bytes), (2, 400_000));
}

#[test]
fn a_key_that_an_object_copies_is_found_in_it_too() {
    let content = b"one key! and the rest";
    let mut writer = Writer::new();
    writer.add(3, content);
    writer.add_delta(0, &format_delta(content.len(), &[Part::Copy(0, 12)]));
    writer.add_delta(0, &format_delta(content.len(), &[Part::Copy(8, 13)]));
    let (looked, _) = search(&writer);
    assert_eq!(looked, BTreeSet::from([0, 1]));
}

#[test]
fn damage_refuses_the_family_and_no_other() {
    let content = b"a clean text";
    let deltas: [&[u8]; 8] = [
        b"",
        b"\x0c",
        b"\x0d\x01\x01a",        // another size of the base
        b"\x0c\x02\x01a",        // too few bytes
        b"\x0c\x01\x02ab",       // too many
        b"\x0c\x01\x00",         // a reserved instruction
        b"\x0c\x08\x91\x05\x08", // a copy past the end
        b"\x0c\x0c\x90",         // a copy that is cut short
    ];
    for delta in deltas {
        let mut writer = Writer::new();
        writer.add(3, content);
        writer.add_delta(0, delta);
        writer.add(3, b"another key!");
        let (looked, totals) = search(&writer);
        assert_eq!(looked, BTreeSet::from([2]));
        assert_eq!(totals.objects, 1);
        assert_eq!(
            totals.refused.iter().map(|one| (one.root, one.number)).collect::<Vec<_>>(),
            [(0, 1)]
        );
    }
}

#[test]
fn a_lie_about_a_size_is_damage() {
    for size in [0, 1, 11, 13, 1000, 1 << 20, 1 << 26, 1 << 40, usize::MAX >> 1] {
        let mut writer = Writer::new();
        writer.add_entry(&support::format_header(3, size), b"a clean text");
        let (_, totals) = search(&writer);
        assert_eq!((totals.objects, totals.refused.len()), (0, 1), "{size}");
    }
}

#[test]
fn a_pack_that_is_cut_or_changed_at_any_byte_is_read_or_refused() {
    let mut random = Random(7);
    let (writer, _) = draw_pack(&mut random);
    for at in 12..writer.bytes.len() {
        for change in 0..3 {
            let mut damaged =
                Writer { bytes: writer.bytes.clone(), offsets: writer.offsets.clone() };
            let (pack, mut batch) = damaged.load();
            if change == 0 {
                damaged.bytes.truncate(at);
            } else {
                damaged.bytes[at] ^= [1, 0x80][change - 1];
            }
            batch.data.clear();
            pack.load(&damaged.bytes.as_slice(), &mut batch).unwrap();
            let (request, mut looks) = (build_request(), Looks::default());
            let Ok(totals) = Sieve::new(&request, &mut looks, 20).search(&batch);
            let refused: u64 = totals.refused.len() as u64;
            assert!(totals.objects + refused <= batch.members.len() as u64);
        }
    }
}

#[test]
fn bytes_behind_an_entry_are_seen() {
    let content = b"a key and more";
    let packed = compress(content);
    assert_eq!(check_end(&packed, content), Ok(()));
    for more in [b"x".as_slice(), &packed] {
        assert!(check_end(&[&packed, more].concat(), content).is_err());
    }
    assert!(check_end(b"abc", content).is_err());
}
