//! What trees change, whatever they are deltas of, against a plain comparison of their paths.

mod support;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use support::{Part, Random, Writer, format_delta};
use wakeyscan_native::entry::{Damage, TREE};
use wakeyscan_native::history::{History, Pair};
use wakeyscan_native::ids::Ids;
use wakeyscan_native::listing::Changed;
use wakeyscan_native::objects::Objects;

const WIDTH: usize = 20;
const TREES: usize = 24;

/// Blobs that exist; the first ones are asked about.
const BLOBS: usize = 6;
const ASKED: usize = 3;

type Id = [u8; WIDTH];

fn tree_id(number: usize) -> Id {
    std::array::from_fn(|at| if at < 2 { 0 } else { number as u8 })
}

/// Blobs behind the first ones do not exist.
fn blob_id(number: usize) -> Id {
    std::array::from_fn(|at| if at < 2 { 9 } else { number as u8 })
}

/// A folder's tree or a file's blob, by its number.
#[derive(Clone, Copy, PartialEq)]
enum Child {
    Tree(usize),
    Blob(usize),
}

type Tree = BTreeMap<String, Child>;

fn format(tree: &Tree) -> Vec<u8> {
    let mut entries: Vec<(String, Child)> =
        tree.iter().map(|(name, &child)| (name.clone(), child)).collect();
    let key = |(name, child): &(String, Child)| match child {
        Child::Tree(_) => format!("{name}/"),
        Child::Blob(_) => format!("{name}\0"),
    };
    entries.sort_by_key(key);
    let entries = entries.into_iter().map(|(name, child)| match child {
        Child::Tree(number) => [format!("40000 {name}\0").as_bytes(), &tree_id(number)].concat(),
        Child::Blob(number) => [format!("100644 {name}\0").as_bytes(), &blob_id(number)].concat(),
    });
    entries.collect::<Vec<_>>().concat()
}

/// Return trees in the order of a pack; each contains only some of those with a lower rank.
fn draw_trees(random: &mut Random) -> Vec<Tree> {
    let mut ranks: Vec<usize> = (0..TREES).collect();
    for at in 0..TREES {
        ranks.swap(at, random.below(TREES));
    }
    let mut trees: Vec<Tree> = Vec::new();
    for number in 0..TREES {
        let mut tree = match random.below(3) {
            0 => Tree::new(),
            _ => trees.get(random.below(number + 1)).cloned().unwrap_or_default(),
        };
        tree.retain(|_, child| {
            matches!(child, Child::Blob(_))
                || matches!(child, Child::Tree(inner) if ranks[*inner] < ranks[number])
        });
        for _ in 0..random.below(5) {
            let name = ["a", "a.b", "a0", "b", "c"][random.below(5)].to_owned();
            let inner = random.below(TREES);
            let is_tree = random.below(2) == 0 && ranks[inner] < ranks[number];
            let blob = Child::Blob(random.below(BLOBS + 2));
            tree.insert(name, if is_tree { Child::Tree(inner) } else { blob });
        }
        trees.push(tree);
    }
    trees
}

fn write_pack(random: &mut Random, trees: &[Tree]) -> Writer {
    let mut writer = Writer::new();
    let contents: Vec<Vec<u8>> = trees.iter().map(format).collect();
    for (number, content) in contents.iter().enumerate() {
        if number == 0 || random.below(5) == 0 {
            writer.add(TREE, content);
            continue;
        }
        let base_number = random.below(number);
        let base = &contents[base_number];
        let same = base.iter().zip(content).take_while(|(a, b)| a == b).count();
        let parts = [Part::Copy(0, same), Part::Insert(content[same..].to_vec())];
        let parts = if same == 0 { &parts[1..] } else { &parts[..] };
        writer.add_delta(base_number, &format_delta(base.len(), parts));
    }
    writer
}

fn read(writer: &Writer) -> Result<History, Damage> {
    let count = writer.offsets.len();
    let ids = (0..count).flat_map(tree_id).collect();
    let ids = Ids::new(ids, (0..count as u32).collect(), WIDTH)?;
    let loose = (0..BLOBS).map(|number| blob_id(number).to_vec()).collect();
    let mut objects = Objects::new(WIDTH, vec![ids], loose);
    objects.ask((0..ASKED).map(|number| blob_id(number).to_vec()).collect(), true);
    let mut history = History::new(objects);
    let (pack, _) = writer.load();
    // a pack of deltas and of trees alone: the kind of a delta is not asked
    let kinds: Vec<u8> = (0..count as u32)
        .map(|number| {
            if pack.next_delta.contains(&number) || pack.first_delta.contains(&number) {
                6
            } else {
                TREE
            }
        })
        .collect();
    history.add_pack(0, &pack, &writer.bytes.as_slice(), &kinds)?;
    Ok(history)
}

type Paths = BTreeMap<String, usize>;

/// List the blobs below a tree that were asked about or do not exist.
fn list_paths(trees: &[Tree], tree: usize, folder: &str, paths: &mut Paths) {
    for (name, child) in &trees[tree] {
        match *child {
            Child::Tree(inner) => list_paths(trees, inner, &format!("{folder}{name}/"), paths),
            Child::Blob(blob) if (ASKED..BLOBS).contains(&blob) => {}
            Child::Blob(blob) => drop(paths.insert(format!("{folder}{name}"), blob)),
        }
    }
}

/// The paths that lead to other blobs in two trees, and the new ones of these that do not exist.
type Difference = (BTreeSet<String>, HashSet<Vec<u8>>);

fn compare_plainly(trees: &[Tree], old: Option<usize>, new: usize) -> Difference {
    let (mut before, mut after) = (Paths::new(), Paths::new());
    if let Some(old) = old {
        list_paths(trees, old, "", &mut before);
    }
    list_paths(trees, new, "", &mut after);
    let is_asked = |blob: Option<&usize>| blob.is_some_and(|&blob| blob < ASKED);
    let mut found = Difference::default();
    for path in before.keys().chain(after.keys()) {
        let (old, new) = (before.get(path), after.get(path));
        if old == new {
            continue;
        }
        if is_asked(old) || is_asked(new) {
            found.0.insert(path.clone());
        }
        found.1.extend(new.filter(|&&blob| blob >= BLOBS).map(|&blob| blob_id(blob).to_vec()));
    }
    found
}

fn compare(history: &mut History, old: Option<usize>, new: usize) -> Result<Changed, Damage> {
    let pair: Pair = (old.map(|old| tree_id(old).to_vec()), Some(tree_id(new).to_vec()));
    history.compare([Ok(pair)].into_iter())
}

#[test]
fn changes_are_those_of_a_plain_comparison() {
    let mut random = Random(11);
    for _ in 0..300 {
        let trees = draw_trees(&mut random);
        let mut history = read(&write_pack(&mut random, &trees)).unwrap();
        for _ in 0..40 {
            let old = Some(random.below(TREES)).filter(|_| random.below(4) > 0);
            let new = random.below(TREES);
            let changed = compare(&mut history, old, new).unwrap();
            let paths = changed.differences.iter().map(|one| String::from_utf8_lossy(&one.path));
            let paths = paths.map(|path| path.into_owned()).collect();
            assert_eq!((paths, changed.missing), compare_plainly(&trees, old, new));
        }
    }
}

#[test]
fn a_tree_that_contains_itself_is_refused_and_others_are_not() {
    let contain = |inner: usize| Tree::from([("a".to_owned(), Child::Tree(inner))]);
    let file = Tree::from([("b".to_owned(), Child::Blob(0))]);
    let trees = [contain(1), contain(0), contain(1), file];
    let mut writer = Writer::new();
    for tree in &trees {
        writer.add(TREE, &format(tree));
    }
    let mut history = read(&writer).unwrap();
    for tree in 0..3 {
        assert!(compare(&mut history, None, tree).is_err());
    }
    assert_eq!(compare(&mut history, None, 3).unwrap().differences.len(), 1);
}

#[test]
fn a_tree_with_too_many_paths_is_refused() {
    let double = |inner: usize| {
        ["a", "b"].map(|name| (name.to_owned(), Child::Tree(inner))).into_iter().collect()
    };
    let mut trees = vec![Tree::from([("b".to_owned(), Child::Blob(0))])];
    trees.extend((0..40).map(double));
    let mut writer = Writer::new();
    for tree in &trees {
        writer.add(TREE, &format(tree));
    }
    let mut history = read(&writer).unwrap();
    assert_eq!(compare(&mut history, None, 3).unwrap().differences.len(), 8);
    let damage = compare(&mut history, None, 40).err();
    assert_eq!(damage, Some(Damage("the same files have too many paths")));
}
