//! What trees change: the entries that lead to some blobs.
//!
//! Trees whose entries lead to the same *targets*, blobs that were asked about or objects that do
//! not exist, under the same names have one number, so that two trees of commits are mostly compared
//! by one comparison.

use crate::entry::Damage;
use crate::listing::{Changed, Listing};
use crate::objects::{Goal, Link, Objects};
use crate::pack::{Bytes, Pack};
use crate::tree::compare_names;
use crate::tree_reader::{Tree, read_pack, read_tree};
use std::collections::{HashMap, HashSet};

/// Paths of a tree, besides ten for each object of the repository; git lists them all in memory.
const MAX_REPEATED: u64 = 10_000;

/// The files of a tree have too many paths.
pub const TOO_MANY_PATHS: Damage = Damage("the same files have too many paths");

const UNREAD: Damage = Damage("a tree was not read");
const CYCLE: Damage = Damage("a tree contains itself");

/// No number.
const NONE: u32 = u32::MAX;

/// The links of a tree that lead to targets.
type Set = Box<[Link]>;

/// The ids of two trees; `None` stands for a tree without entries.
pub type Pair = (Option<Vec<u8>>, Option<Vec<u8>>);

/// A tree, and what follows from the trees in it.
struct Node {
    tree: Tree,
    /// The number of its set of links, or `NONE`.
    set: u32,
    /// The number of paths below it.
    paths: u64,
}

/// The trees of a repository.
pub struct History {
    objects: Objects,
    nodes: Vec<Node>,
    /// The position of the node of each object, or `NONE`.
    node_of: Vec<u32>,
    sets: Vec<Set>,
    set_numbers: HashMap<Set, u32>,
}

impl History {
    /// Return the history of a repository with these objects, without any tree.
    pub fn new(objects: Objects) -> Self {
        Self {
            node_of: vec![NONE; objects.count as usize],
            objects,
            nodes: Vec::new(),
            sets: vec![Box::default()],
            set_numbers: HashMap::from([(Box::default(), 0)]),
        }
    }

    /// Add a loose tree.
    pub fn add_loose(&mut self, id: &[u8], content: Vec<u8>) -> Result<(), Damage> {
        let number = self.objects.find_loose(id).ok_or(Damage("an object is not loose"))?;
        let tree = read_tree(&self.objects, content)?;
        self.add(number, tree);
        Ok(())
    }

    /// Add the trees of the pack at a position; `kinds` are those of its entries.
    pub fn add_pack(
        &mut self,
        position: usize,
        pack: &Pack,
        bytes: &(impl Bytes + Sync),
        kinds: &[u8],
    ) -> Result<(), Damage> {
        let first = self.objects.first(position)?;
        let trees = read_pack(&self.objects, first, pack, bytes, kinds)?;
        self.nodes.reserve(trees.iter().map(Vec::len).sum());
        for (number, tree) in trees.into_iter().flatten() {
            self.add(number, tree);
        }
        Ok(())
    }

    fn add(&mut self, number: u32, tree: Tree) {
        if let Some(slot) = self.node_of.get_mut(number as usize) {
            *slot = self.nodes.len() as u32;
            self.nodes.push(Node { tree, set: NONE, paths: 0 });
        }
    }

    fn position(&self, object: u32) -> Result<usize, Damage> {
        match self.node_of.get(object as usize) {
            None | Some(&NONE) => Err(UNREAD),
            Some(&position) => Ok(position as usize),
        }
    }

    /// Return the number of the set of links that lead from a tree to targets.
    fn number_set(&mut self, object: u32) -> Result<u32, Damage> {
        let root = self.position(object)?;
        let mut pending = vec![(root, false)];
        let mut open = HashSet::new();
        while let Some((position, is_ready)) = pending.pop() {
            if self.nodes[position].set != NONE {
                continue;
            }
            if is_ready {
                self.complete(position)?;
                open.remove(&position);
                continue;
            }
            if !open.insert(position) {
                return Err(CYCLE);
            }
            pending.push((position, true));
            for link in self.nodes[position].tree.links.iter() {
                let Goal::Tree(inner) = link.goal else { continue };
                let inner = self.position(inner)?;
                if open.contains(&inner) {
                    return Err(CYCLE);
                }
                if self.nodes[inner].set == NONE {
                    pending.push((inner, false));
                }
            }
        }
        Ok(self.nodes[root].set)
    }

    /// Give a tree its set of links; those of the trees in it are known.
    fn complete(&mut self, position: usize) -> Result<(), Damage> {
        let Tree { links, files } = self.nodes[position].tree.clone();
        let paths = self.count_paths(&links, files)?;
        let set = self.build_set(&links)?;
        self.nodes[position].paths = paths;
        self.nodes[position].set = self.intern_set(set);
        Ok(())
    }

    /// Refuse a tree that has far more paths than the repository has objects.
    fn count_paths(&self, links: &[Link], files: u64) -> Result<u64, Damage> {
        let mut paths = files;
        for link in links {
            if let Goal::Tree(inner) = link.goal {
                paths = paths.saturating_add(self.nodes[self.position(inner)?].paths);
            }
        }
        if paths > MAX_REPEATED + 10 * u64::from(self.objects.count) {
            return Err(TOO_MANY_PATHS);
        }
        Ok(paths)
    }

    fn build_set(&self, links: &[Link]) -> Result<Vec<Link>, Damage> {
        let mut set = Vec::new();
        for link in links {
            let goal = match link.goal {
                Goal::Tree(inner) => match self.nodes[self.position(inner)?].set {
                    0 => continue,
                    number => Goal::Tree(number),
                },
                target @ Goal::Target(_) => target,
            };
            set.push(Link { label: link.label, goal });
        }
        let labels = self.objects.labels();
        set.sort_unstable_by(|a, b| compare_names(labels.name(a.label), labels.name(b.label)));
        Ok(set)
    }

    fn intern_set(&mut self, set: Vec<Link>) -> u32 {
        let set = set.into_boxed_slice();
        if let Some(&number) = self.set_numbers.get(&set) {
            return number;
        }
        let number = self.sets.len() as u32;
        self.sets.push(set.clone());
        self.set_numbers.insert(set, number);
        number
    }

    /// Compare pairs of trees.
    ///
    /// Return the differences that lead to blobs that were asked about, and the objects that the
    /// second trees add and that do not exist.
    pub fn compare(&mut self, pairs: &[Pair]) -> Result<Changed, Damage> {
        let mut changed = Changed::default();
        for (pair, (old, new)) in pairs.iter().enumerate() {
            let old = self.find_set(old.as_deref())?;
            let new = self.find_set(new.as_deref())?;
            if old != new {
                Listing::new(&self.objects, &self.sets, pair, &mut changed).compare(old, new)?;
            }
        }
        Ok(changed)
    }

    fn find_set(&mut self, id: Option<&[u8]>) -> Result<u32, Damage> {
        let Some(id) = id else { return Ok(0) };
        let number = self.objects.find(id).ok_or(Damage("a tree does not exist"))?;
        self.number_set(number)
    }
}
