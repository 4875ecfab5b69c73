//! Changes of trees by their deltas, against a plain comparison; and searches for ids.

mod support;

use std::collections::BTreeSet;
use support::Random;
use wakeyscan_native::delta::Copy;
use wakeyscan_native::entry::Damage;
use wakeyscan_native::ids::{Ids, number_entries};
use wakeyscan_native::tree::{Changes, Entry, Places, compare_names, find_changes};

const WIDTH: usize = 20;

type Named = (Vec<u8>, [u8; WIDTH]);

/// The labels and ids that a comparison removes and adds.
#[derive(Debug, Default, PartialEq)]
struct Found {
    removed: BTreeSet<Named>,
    added: BTreeSet<Named>,
}

fn to_named(entry: &Entry) -> Named {
    (entry.label.to_vec(), entry.id.try_into().unwrap())
}

impl Changes for Found {
    fn remove(&mut self, entry: &Entry) -> Result<(), Damage> {
        assert!(self.removed.insert(to_named(entry)));
        Ok(())
    }

    fn add(&mut self, entry: &Entry) -> Result<(), Damage> {
        assert!(self.added.insert(to_named(entry)));
        Ok(())
    }
}

fn draw_entry(random: &mut Random) -> Named {
    let mode = ["40000", "100644", "100755"][random.below(3)];
    let name = ["a", "a.c", "ab", "b", "lib", "lib.rs", "test", "x"][random.below(8)];
    let label = format!("{mode} {name}{}", random.below(9)).into_bytes();
    // few different bytes, NUL among them: an id may look like the end of a name
    (label, std::array::from_fn(|_| [0, b' ', b'1', 7][random.below(4)]))
}

fn sort(entries: &mut Vec<Named>) {
    let name = |label: &[u8]| {
        let blank = label.iter().position(|&byte| byte == b' ').unwrap();
        (label[blank + 1..].to_vec(), label.starts_with(b"40000"))
    };
    entries.sort_by(|a, b| {
        let ((a, a_is_tree), (b, b_is_tree)) = (name(&a.0), name(&b.0));
        compare_names((&a, a_is_tree), (&b, b_is_tree))
    });
    entries.dedup_by(|a, b| name(&a.0).0 == name(&b.0).0);
}

fn format(entries: &[Named]) -> Vec<u8> {
    let formatted = entries.iter().map(|(label, id)| [label.as_slice(), b"\0", id].concat());
    formatted.collect::<Vec<_>>().concat()
}

/// Return true copies between two contents, as a delta might have them.
fn draw_copies(random: &mut Random, base: &[u8], content: &[u8]) -> Vec<Copy> {
    let (mut copies, mut at) = (Vec::new(), 0);
    while at < content.len() {
        let from = random.below(base.len() + 1);
        let near = at.min(base.len());
        let starts = [from, near, near + 10, near.saturating_sub(30)];
        let size = |from: usize| {
            let rest = base.get(from..).unwrap_or_default();
            rest.iter().zip(&content[at..]).take_while(|(a, b)| a == b).count()
        };
        let from = starts.into_iter().max_by_key(|&from| size(from)).unwrap();
        let len = size(from).saturating_sub(random.below(12) * random.below(2));
        if len > 3 {
            copies.push(Copy { at, from, len });
        }
        at += len.max(1) + random.below(2) * random.below(40);
    }
    copies
}

fn read(base: &Places, copies: &[Copy], content: Vec<u8>) -> Result<(Places, Found), Damage> {
    let mut found = Found::default();
    let places = find_changes(base, copies, content, WIDTH, &mut found)?;
    Ok((places, found))
}

#[test]
fn changes_are_those_of_a_plain_comparison() {
    let mut random = Random(3);
    for _ in 0..3000 {
        let mut entries: Vec<Named> =
            (0..random.below(30)).map(|_| draw_entry(&mut random)).collect();
        sort(&mut entries);
        let (mut places, _) = read(&Places::default(), &[], format(&entries)).unwrap();
        for _ in 0..4 {
            let before: BTreeSet<Named> = entries.iter().cloned().collect();
            for _ in 0..random.below(4) {
                let at = random.below(entries.len());
                entries.drain(at..(at + random.below(3)).min(entries.len()));
                entries.push(draw_entry(&mut random));
            }
            sort(&mut entries);
            let after: BTreeSet<Named> = entries.iter().cloned().collect();
            let content = format(&entries);
            let copies = draw_copies(&mut random, &places.content, &content);
            let (next, found) = read(&places, &copies, content).unwrap();
            assert_eq!(found.removed, before.difference(&after).cloned().collect());
            assert_eq!(found.added, after.difference(&before).cloned().collect());
            places = next;
        }
    }
}

#[test]
fn an_unsorted_tree_is_refused_whatever_its_delta_copies() {
    let mut random = Random(5);
    let mut refused = 0;
    for _ in 0..3000 {
        let mut entries: Vec<Named> = (0..12).map(|_| draw_entry(&mut random)).collect();
        sort(&mut entries);
        if entries.len() < 4 {
            continue;
        }
        let (base, _) = read(&Places::default(), &[], format(&entries)).unwrap();
        let (a, b) = (random.below(entries.len()), random.below(entries.len()));
        entries.swap(a, b);
        let content = format(&entries);
        let copies = draw_copies(&mut random, &base.content, &content);
        assert_eq!(read(&base, &copies, content).is_err(), a != b);
        refused += usize::from(a != b);
    }
    assert!(refused > 1000);
}

#[test]
fn a_tree_is_refused_where_it_is_cut() {
    let mut random = Random(7);
    let mut entries: Vec<Named> = (0..9).map(|_| draw_entry(&mut random)).collect();
    sort(&mut entries);
    let content = format(&entries);
    let (base, _) = read(&Places::default(), &[], content.clone()).unwrap();
    let ends: Vec<usize> =
        (0..=entries.len()).map(|count| format(&entries[..count]).len()).collect();
    for size in 0..content.len() {
        let copies = [Copy { at: 0, from: 0, len: size }];
        let result = read(&base, &copies, content[..size].to_vec());
        assert_eq!(result.is_ok(), ends.contains(&size), "{size}");
    }
}

#[test]
fn each_id_is_found_and_no_other() {
    let mut random = Random(9);
    let mut ids: Vec<[u8; WIDTH]> = (0..2000)
        .map(|_| std::array::from_fn(|at| random.below(if at < 8 { 2 } else { 256 }) as u8))
        .collect();
    ids.sort_unstable();
    let offsets: Vec<u64> =
        (0..ids.len() as u64).map(|position| 12 + (position * 7) % 2000).collect();
    let numbers = number_entries(&offsets);
    let found = Ids::new(ids.concat(), numbers.clone(), WIDTH).unwrap();
    for (id, number) in ids.iter().zip(numbers) {
        assert_eq!(found.find(id), Some(number));
        let mut other = *id;
        other[WIDTH - 1 - random.below(12)] ^= 1;
        assert_eq!(found.find(&other).is_some(), ids.binary_search(&other).is_ok());
    }
}
