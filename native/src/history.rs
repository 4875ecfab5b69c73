//! What trees change: the entries that lead to some blobs, told by the trees' own deltas.
//!
//! A tree that is a delta of another one differs from it in a few entries. From these follow, for
//! each tree, its entries that lead to a *target*: a blob that was asked about, or an object that
//! does not exist. Trees whose entries lead to the same targets under the same names have one number,
//! so that two trees of commits are mostly compared by one comparison.

use crate::delta::{self, Copy};
use crate::entry::{Damage, Inflater, OFS_DELTA, TREE, read_header};
use crate::pack::{Batch, Member, NO_ENTRY};
use crate::tree::{Changes, Entry, compare_names, find_changes};
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

/// Entries of all trees that lead to folders or targets; a repository with more is refused.
const MAX_ENTRIES: usize = 20_000_000;

/// Differences that are listed; a tree may name one file at a billion paths.
const MAX_DIFFERENCES: usize = 1_000_000;

/// Bytes of the bases that are held for their deltas.
const MAX_HELD: usize = 256 << 20;

/// Paths of a tree, besides ten for each object of the repository; git lists them all in memory.
const MAX_REPEATED: u64 = 10_000;

const TOO_MANY_PATHS: Damage = Damage("the same files have too many paths");
const TOO_MANY: Damage = Damage("trees have too many entries");

/// Return the number of each entry of an index, in the order of the pack, by its position.
pub fn number_entries(offsets: &[u64]) -> Vec<u32> {
    let mut order: Vec<(u64, u32)> = offsets.iter().copied().zip(0..).collect();
    order.sort_unstable();
    let mut numbers = vec![0; offsets.len()];
    for ((_, position), number) in order.into_iter().zip(0..) {
        numbers[position as usize] = number;
    }
    numbers
}

/// The objects of a pack index, and their numbers.
pub struct Ids {
    width: usize,
    ids: Vec<u8>,
    fanout: Vec<u32>,
    numbers: Vec<u32>,
}

impl Ids {
    /// Return the objects with `ids`, which ascend; `numbers` are those of their entries.
    pub fn new(ids: Vec<u8>, numbers: Vec<u32>, width: usize) -> Result<Self, Damage> {
        let count = ids.len() / width.max(1);
        if count != numbers.len() || ids.len() != count * width {
            return Err(Damage("an index has not one number for each id"));
        }
        let prefix = |position: usize| {
            let at = position * width;
            usize::from(u16::from_be_bytes([ids[at], ids[at + 1]]))
        };
        let mut fanout = Vec::with_capacity((1 << 16) + 1);
        let mut position = 0;
        for start in 0..=1 << 16 {
            while position < count && prefix(position) < start {
                position += 1;
            }
            fanout.push(position as u32);
        }
        Ok(Self { width, ids, fanout, numbers })
    }

    fn find(&self, id: &[u8]) -> Option<u32> {
        let prefix = usize::from(u16::from_be_bytes([id[0], id[1]]));
        let (mut low, mut high) = (self.fanout[prefix] as usize, self.fanout[prefix + 1] as usize);
        while low < high {
            let middle = (low + high) / 2;
            let at = middle * self.width;
            match self.ids[at..at + self.width].cmp(id) {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => return self.numbers.get(middle).copied(),
            }
        }
        None
    }
}

/// What an entry of a tree leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Goal {
    /// A tree, by the number of its object.
    Tree(u32),
    /// The position of a target.
    Target(u32),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Link {
    label: u32,
    goal: Goal,
}

/// What is known of a tree.
#[derive(Clone, Default)]
struct Tree {
    links: Arc<[Link]>,
    /// The number of entries that are not folders.
    files: u64,
}

/// The links of a tree that lead to targets.
type Set = Box<[Link]>;

/// A difference of two trees, as git writes it.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    /// The position of the pair of trees.
    pub pair: usize,
    /// `:mode mode id id status`.
    pub entry: Vec<u8>,
    /// The path of the blob.
    pub path: Vec<u8>,
}

/// The ids of two trees; `None` stands for a tree without entries.
pub type Pair = (Option<Vec<u8>>, Option<Vec<u8>>);

/// The trees of a repository.
pub struct History {
    width: usize,
    packs: Vec<(Ids, u32)>,
    loose: HashMap<Vec<u8>, u32>,
    targets: Vec<Vec<u8>>,
    /// The position of each target that exists, by its number.
    asked: HashMap<u32, u32>,
    missing: HashMap<Vec<u8>, u32>,
    asked_count: usize,
    finds_missing: bool,
    labels: Vec<Vec<u8>>,
    label_numbers: HashMap<Vec<u8>, u32>,
    trees: HashMap<u32, Tree>,
    entries: usize,
    sets: Vec<Set>,
    set_numbers: HashMap<Set, u32>,
    set_of: HashMap<u32, u32>,
    /// The number of paths below a tree.
    paths: HashMap<u32, u64>,
    /// The number of objects.
    count: u64,
}

impl History {
    /// Return the history of a repository with these packs and loose objects.
    pub fn new(width: usize, packs: Vec<Ids>, loose: Vec<Vec<u8>>) -> Self {
        let mut count = 0_u32;
        let mut numbered = Vec::new();
        for ids in packs {
            let first = count;
            count += ids.numbers.len() as u32;
            numbered.push((ids, first));
        }
        let mut numbers = HashMap::new();
        for id in loose {
            numbers.insert(id, count);
            count += 1;
        }
        Self {
            width,
            packs: numbered,
            loose: numbers,
            targets: Vec::new(),
            asked: HashMap::new(),
            missing: HashMap::new(),
            asked_count: 0,
            finds_missing: false,
            labels: Vec::new(),
            label_numbers: HashMap::new(),
            trees: HashMap::new(),
            entries: 0,
            sets: vec![Box::default()],
            set_numbers: HashMap::from([(Box::default(), 0)]),
            set_of: HashMap::new(),
            paths: HashMap::new(),
            count: count.into(),
        }
    }

    /// Ask about blobs, and about objects that do not exist; before any tree is added.
    pub fn ask(&mut self, blobs: Vec<Vec<u8>>, finds_missing: bool) {
        for id in blobs {
            if let Some(number) = self.find(&id) {
                self.asked.insert(number, self.targets.len() as u32);
            }
            self.targets.push(id);
        }
        self.asked_count = self.targets.len();
        self.finds_missing = finds_missing;
    }

    fn find(&self, id: &[u8]) -> Option<u32> {
        if id.len() != self.width {
            return None;
        }
        for (ids, first) in &self.packs {
            if let Some(number) = ids.find(id) {
                return Some(first + number);
            }
        }
        self.loose.get(id).copied()
    }

    /// Add a loose tree.
    pub fn add_loose(&mut self, id: &[u8], content: &[u8]) -> Result<(), Damage> {
        let number = *self.loose.get(id).ok_or(Damage("an object is not loose"))?;
        self.add_tree(number, None, &[], content)
    }

    /// Add the families of trees in a batch of a pack; the others are skipped.
    pub fn add_batch(&mut self, pack: usize, batch: &Batch) -> Result<(), Damage> {
        let first = self.packs.get(pack).ok_or(Damage("a pack is unknown"))?.1;
        let mut builder = Builder::new(self.width);
        for (position, member) in batch.members.iter().enumerate() {
            let Some(base) = builder.build(batch, position, member)? else {
                continue;
            };
            let content = builder.held[position].clone().map_or_else(Rc::default, |held| held.0);
            let base_number = (member.base != NO_ENTRY)
                .then(|| first + batch.members[member.base as usize].number);
            self.add_tree(first + member.number, base_number, &base, &content)?;
            builder.release(position, member);
        }
        Ok(())
    }

    fn add_tree(
        &mut self,
        number: u32,
        base_number: Option<u32>,
        base: &[u8],
        content: &[u8],
    ) -> Result<(), Damage> {
        let tree = base_number.and_then(|base| self.trees.get(&base)).cloned();
        let Tree { links, files } = tree.unwrap_or_default();
        let mut changes = LinkChanges { history: self, links: &links, files, changed: None };
        let width = changes.history.width;
        find_changes(base, content, width, &mut changes)?;
        let files = changes.files;
        let links = match changes.changed {
            Some(changed) => {
                self.entries += changed.len();
                changed.into()
            }
            None => links,
        };
        if self.entries > MAX_ENTRIES {
            return Err(TOO_MANY);
        }
        self.trees.insert(number, Tree { links, files });
        Ok(())
    }

    fn intern_label(&mut self, label: &[u8]) -> u32 {
        if let Some(&number) = self.label_numbers.get(label) {
            return number;
        }
        let number = self.labels.len() as u32;
        self.labels.push(label.to_vec());
        self.label_numbers.insert(label.to_vec(), number);
        number
    }

    fn find_goal(&mut self, entry: &Entry) -> Option<Goal> {
        if entry.is_submodule() {
            return None;
        }
        match self.find(entry.id) {
            Some(number) if entry.is_tree() => Some(Goal::Tree(number)),
            Some(number) => self.asked.get(&number).copied().map(Goal::Target),
            None if self.finds_missing || entry.is_tree() => {
                let next = self.targets.len() as u32;
                let position = *self.missing.entry(entry.id.to_vec()).or_insert(next);
                if position == next {
                    self.targets.push(entry.id.to_vec());
                }
                Some(Goal::Target(position))
            }
            None => None,
        }
    }

    /// Return the number of the set of links that lead from a tree to targets.
    fn number_set(&mut self, tree: u32) -> Result<u32, Damage> {
        let mut pending = vec![(tree, false)];
        let mut open = HashSet::new();
        while let Some((tree, is_ready)) = pending.pop() {
            if self.set_of.contains_key(&tree) {
                continue;
            }
            let Tree { links, files } =
                self.trees.get(&tree).cloned().ok_or(Damage("a tree was not read"))?;
            if is_ready {
                self.count_paths(tree, &links, files)?;
                let set = self.build_set(&links)?;
                let number = self.intern_set(set);
                self.set_of.insert(tree, number);
                open.remove(&tree);
                continue;
            }
            if !open.insert(tree) {
                return Err(Damage("a tree contains itself"));
            }
            pending.push((tree, true));
            for link in links.iter() {
                if let Goal::Tree(inner) = link.goal
                    && !self.set_of.contains_key(&inner)
                {
                    if open.contains(&inner) {
                        return Err(Damage("a tree contains itself"));
                    }
                    pending.push((inner, false));
                }
            }
        }
        self.set_of.get(&tree).copied().ok_or(Damage("a tree was not read"))
    }

    /// Refuse a tree that has far more paths than the repository has objects.
    fn count_paths(&mut self, tree: u32, links: &[Link], files: u64) -> Result<(), Damage> {
        let folders = links.iter().map(|link| match link.goal {
            Goal::Tree(inner) => self.paths.get(&inner).copied().unwrap_or(0),
            Goal::Target(_) => 0,
        });
        let paths = folders.fold(files, u64::saturating_add);
        if paths > MAX_REPEATED + 10 * self.count {
            return Err(TOO_MANY_PATHS);
        }
        self.paths.insert(tree, paths);
        Ok(())
    }

    fn build_set(&self, links: &[Link]) -> Result<Vec<Link>, Damage> {
        let mut set = Vec::new();
        for link in links {
            let goal = match link.goal {
                Goal::Tree(inner) => match self.set_of.get(&inner) {
                    Some(0) => continue,
                    Some(&number) => Goal::Tree(number),
                    None => return Err(Damage("a tree was not read")),
                },
                target => target,
            };
            set.push(Link { label: link.label, goal });
        }
        set.sort_unstable_by(|a, b| compare_names(self.name(a.label), self.name(b.label)));
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

    fn name(&self, label: u32) -> (&[u8], bool) {
        let label = self.labels[label as usize].as_slice();
        let blank = label.iter().position(|&byte| byte == b' ').unwrap_or(0);
        (&label[blank + 1..], &label[..blank] == b"40000")
    }

    /// Compare pairs of trees.
    ///
    /// Return the differences that lead to blobs that were asked about, and the objects that the
    /// second trees add and that do not exist.
    #[allow(clippy::type_complexity)]
    pub fn compare(&mut self, pairs: &[Pair]) -> Result<(Vec<Difference>, Vec<Vec<u8>>), Damage> {
        let mut differences = Vec::new();
        let mut missing = HashSet::new();
        for (pair, (old, new)) in pairs.iter().enumerate() {
            let old = self.find_set(old.as_deref())?;
            let new = self.find_set(new.as_deref())?;
            if old != new {
                let mut listing = Listing {
                    history: self,
                    pair,
                    differences: &mut differences,
                    missing: &mut missing,
                };
                listing.compare(old, new)?;
            }
        }
        Ok((differences, missing.into_iter().collect()))
    }

    fn find_set(&mut self, id: Option<&[u8]>) -> Result<u32, Damage> {
        let Some(id) = id else { return Ok(0) };
        let number = self.find(id).ok_or(Damage("a tree does not exist"))?;
        self.number_set(number)
    }
}

/// Lists the differences of two sets.
struct Listing<'a> {
    history: &'a History,
    pair: usize,
    differences: &'a mut Vec<Difference>,
    missing: &'a mut HashSet<Vec<u8>>,
}

enum Step {
    Sets { old: u32, new: u32, folder: Vec<u8> },
    Leaf { old: Option<Link>, new: Option<Link>, path: Vec<u8> },
}

impl Listing<'_> {
    fn compare(&mut self, old: u32, new: u32) -> Result<(), Damage> {
        let mut steps = vec![Step::Sets { old, new, folder: Vec::new() }];
        while let Some(step) = steps.pop() {
            match step {
                Step::Sets { old, new, folder } => {
                    let mut inner = self.list_steps(old, new, &folder);
                    inner.reverse();
                    steps.append(&mut inner);
                }
                Step::Leaf { old, new, path } => self.add(old, new, path)?,
            }
        }
        Ok(())
    }

    fn list_steps(&self, old: u32, new: u32, folder: &[u8]) -> Vec<Step> {
        let history = self.history;
        let (mut old, mut new) = (&*history.sets[old as usize], &*history.sets[new as usize]);
        let mut steps = Vec::new();
        loop {
            let order = match (old.first(), new.first()) {
                (None, None) => return steps,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => compare_names(history.name(a.label), history.name(b.label)),
            };
            let before = old.split_off_first_if(order != Ordering::Greater);
            let after = new.split_off_first_if(order != Ordering::Less);
            if before == after {
                continue;
            }
            let Some(link) = before.or(after) else {
                return steps;
            };
            let (name, is_tree) = history.name(link.label);
            let mut path = folder.to_vec();
            path.extend_from_slice(name);
            let is_folder = matches!(link.goal, Goal::Tree(_)) && is_tree;
            if is_folder {
                path.push(b'/');
                let number = |link: Option<Link>| match link.map(|link| link.goal) {
                    Some(Goal::Tree(number)) => number,
                    _ => 0,
                };
                // A folder that does not exist in one of the trees is a target there.
                for (old, new) in [(before, None), (None, after)] {
                    let lost = old.or(new).filter(|link| matches!(link.goal, Goal::Target(_)));
                    if lost.is_some() {
                        steps.push(Step::Leaf { old, new, path: path.clone() });
                    }
                }
                steps.push(Step::Sets { old: number(before), new: number(after), folder: path });
            } else {
                steps.push(Step::Leaf { old: before, new: after, path });
            }
        }
    }

    fn add(&mut self, old: Option<Link>, new: Option<Link>, path: Vec<u8>) -> Result<(), Damage> {
        let history = self.history;
        let is_tree = |link: Link| history.name(link.label).1;
        if old.is_some_and(is_tree) || new.is_some_and(is_tree) {
            return Err(Damage("a tree does not exist"));
        }
        if let Some(Goal::Target(position)) = new.map(|link| link.goal)
            && position as usize >= history.asked_count
        {
            self.missing.insert(history.targets[position as usize].clone());
        }
        let is_asked = |link: &Link| match link.goal {
            Goal::Target(position) => (position as usize) < history.asked_count,
            Goal::Tree(_) => false,
        };
        let (old, new) = (old.filter(is_asked), new.filter(is_asked));
        if old.is_none() && new.is_none() {
            return Ok(());
        }
        if self.differences.len() >= MAX_DIFFERENCES {
            return Err(TOO_MANY_PATHS);
        }
        let entry = self.format_entry(old, new);
        self.differences.push(Difference { pair: self.pair, entry, path });
        Ok(())
    }

    fn format_entry(&self, old: Option<Link>, new: Option<Link>) -> Vec<u8> {
        let mode = |link: Option<Link>| {
            link.map_or("000000".into(), |link| {
                let label = &self.history.labels[link.label as usize];
                String::from_utf8_lossy(&label[..6.min(label.len())]).into_owned()
            })
        };
        let id = |link: Option<Link>| match link.map(|link| link.goal) {
            Some(Goal::Target(position)) => to_hex(&self.history.targets[position as usize]),
            _ => "0".repeat(2 * self.history.width),
        };
        let status = match (old, new) {
            (None, _) => 'A',
            (_, None) => 'D',
            _ => 'M',
        };
        format!(":{} {} {} {} {status}", mode(old), mode(new), id(old), id(new)).into_bytes()
    }
}

fn to_hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

trait SplitFirst {
    fn split_off_first_if(&mut self, is_wanted: bool) -> Option<Link>;
}

impl SplitFirst for &[Link] {
    fn split_off_first_if(&mut self, is_wanted: bool) -> Option<Link> {
        if !is_wanted {
            return None;
        }
        let (first, rest) = self.split_first()?;
        *self = rest;
        Some(*first)
    }
}

/// Collects the links of a tree; they are those of its base until one changes.
struct LinkChanges<'a> {
    history: &'a mut History,
    links: &'a Arc<[Link]>,
    files: u64,
    changed: Option<Vec<Link>>,
}

impl LinkChanges<'_> {
    fn links(&mut self) -> &mut Vec<Link> {
        self.changed.get_or_insert_with(|| self.links.to_vec())
    }
}

impl Changes for LinkChanges<'_> {
    fn remove(&mut self, entry: &Entry) -> Result<(), Damage> {
        self.files -= u64::from(!entry.is_tree()).min(self.files);
        let Some(&label) = self.history.label_numbers.get(entry.label) else {
            return Ok(());
        };
        let links = self.changed.as_deref().unwrap_or(self.links);
        if let Some(position) = links.iter().position(|link| link.label == label) {
            self.links().swap_remove(position);
        }
        Ok(())
    }

    fn add(&mut self, entry: &Entry) -> Result<(), Damage> {
        self.files += u64::from(!entry.is_tree());
        if let Some(goal) = self.history.find_goal(entry) {
            let label = self.history.intern_label(entry.label);
            self.links().push(Link { label, goal });
        }
        Ok(())
    }
}

/// Builds the trees of a batch.
struct Builder {
    width: usize,
    inflater: Inflater,
    delta: Vec<u8>,
    copies: Vec<Copy>,
    /// The content of each member, and the number of its deltas that are not built.
    held: Vec<Option<(Rc<Vec<u8>>, u32)>>,
    bytes: usize,
}

impl Builder {
    fn new(width: usize) -> Self {
        Self {
            width,
            inflater: Inflater::new(),
            delta: Vec::new(),
            copies: Vec::new(),
            held: Vec::new(),
            bytes: 0,
        }
    }

    /// Build a member, and return its base, which is empty for a root; `None` for another kind.
    fn build(
        &mut self,
        batch: &Batch,
        position: usize,
        member: &Member,
    ) -> Result<Option<Rc<Vec<u8>>>, Damage> {
        let entry = &batch.data[member.bytes.clone()];
        let header = read_header(entry, self.width)?;
        let mut content = Vec::new();
        self.held.resize(position + 1, None);
        let base = if member.base == NO_ENTRY {
            if header.kind != TREE {
                return Ok(None);
            }
            self.inflater.inflate(entry, &header, &mut content)?;
            Rc::default()
        } else {
            let held = self.held.get(member.base as usize).and_then(Option::as_ref);
            let Some((base, _)) = held else {
                return Ok(None);
            };
            if header.kind < OFS_DELTA {
                return Err(Damage("an entry is no delta"));
            }
            let base = Rc::clone(base);
            self.inflater.inflate(entry, &header, &mut self.delta)?;
            delta::apply(&base, &self.delta, &mut content, &mut self.copies)?;
            base
        };
        self.bytes += content.len();
        if self.bytes > MAX_HELD {
            return Err(Damage("too many bases must be held in memory"));
        }
        self.held[position] = Some((Rc::new(content), member.deltas));
        Ok(Some(base))
    }

    /// Drop what no delta needs any more.
    fn release(&mut self, position: usize, member: &Member) {
        if member.deltas == 0 {
            self.drop_content(position);
        }
        if member.base == NO_ENTRY {
            return;
        }
        let base = member.base as usize;
        if let Some((_, deltas)) = &mut self.held[base] {
            *deltas -= 1;
            if *deltas == 0 {
                self.drop_content(base);
            }
        }
    }

    fn drop_content(&mut self, position: usize) {
        if let Some((content, _)) = self.held[position].take() {
            self.bytes -= content.len();
        }
    }
}
