//! Reads the trees of packs: their links, told by the trees' own deltas.

use crate::delta::{self, Copy};
use crate::entry::{Damage, Inflater, OFS_DELTA, TREE, read_header};
use crate::objects::{Link, Objects};
use crate::pack::{Batch, Bytes, Member, NO_ENTRY, Pack, TOO_LARGE};
use crate::tree::{Changes, Entry, Places, find_changes};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// Compressed bytes that are copied out of a pack at once.
const BATCH_SIZE: u64 = 4 << 20;

/// Threads that read trees.
const MAX_THREADS: usize = 8;

/// Bytes of the bases that all threads hold for their deltas.
const MAX_HELD: usize = 256 << 20;

/// What is known of a tree.
#[derive(Clone, Default)]
pub struct Tree {
    /// Its entries that lead to folders or targets.
    pub links: Arc<[Link]>,
    /// The number of entries that are not folders.
    pub files: u64,
}

/// A tree with the number of its object.
pub type NumberedTree = (u32, Tree);

/// Read all trees of a pack, in threads; `kinds` are those of its entries.
pub fn read_pack(
    objects: &Objects,
    first: u32,
    pack: &Pack,
    bytes: &(impl Bytes + Sync),
    kinds: &[u8],
) -> Result<Vec<Vec<NumberedTree>>, Damage> {
    let roots = (0..).zip(kinds).filter(|&(_, &kind)| kind == TREE).map(|(number, _)| number);
    let roots = Mutex::new(roots);
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let read = || {
        let mut trees = Vec::new();
        loop {
            let batch = {
                let mut roots = roots.lock().unwrap_or_else(PoisonError::into_inner);
                pack.gather(&mut *roots, BATCH_SIZE, |_| Err(TOO_LARGE))?
            };
            if batch.members.is_empty() {
                return Ok(trees);
            }
            read_batch(objects, first, pack, bytes, batch, MAX_HELD / threads, &mut trees)?;
        }
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(read)).collect();
        let results = running.into_iter().map(thread::ScopedJoinHandle::join);
        results.map(|result| result.unwrap_or(Err(Damage("a thread failed")))).collect()
    })
}

fn read_batch(
    objects: &Objects,
    first: u32,
    pack: &Pack,
    bytes: &impl Bytes,
    mut batch: Batch,
    max_held: usize,
    trees: &mut Vec<NumberedTree>,
) -> Result<(), Damage> {
    pack.load(bytes, &mut batch).map_err(|_| Damage("the pack cannot be read"))?;
    let mut builder = Builder::new(objects, max_held);
    for (position, member) in batch.members.iter().enumerate() {
        let tree = builder.build(&batch, position, member)?;
        trees.push((first + member.number, tree));
        builder.release(position, member);
    }
    Ok(())
}

/// Return a tree that is no delta.
pub fn read_tree(objects: &Objects, content: Vec<u8>) -> Result<Tree, Damage> {
    let none = Held::default();
    Ok(none.compare(objects, content, &[], 0)?.tree)
}

/// A tree whose content is held for its deltas.
#[derive(Default)]
struct Held {
    places: Places,
    tree: Tree,
    /// The number of its deltas that are not built.
    deltas: u32,
}

impl Held {
    /// Return the tree with `content`, which is this one but for what lies between `copies`.
    fn compare(
        &self,
        objects: &Objects,
        content: Vec<u8>,
        copies: &[Copy],
        deltas: u32,
    ) -> Result<Self, Damage> {
        let Tree { links, files } = &self.tree;
        let mut changes = LinkChanges { objects, links, files: *files, changed: None };
        let places = find_changes(&self.places, copies, content, objects.width, &mut changes)?;
        let LinkChanges { files, changed, .. } = changes;
        let links = match changed {
            Some(changed) => {
                objects.count_entries(changed.len())?;
                changed.into()
            }
            None => Arc::clone(links),
        };
        Ok(Self { places, tree: Tree { links, files }, deltas })
    }
}

/// Collects the links of a tree; they are those of its base until one changes.
struct LinkChanges<'a> {
    objects: &'a Objects,
    links: &'a [Link],
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
        let Some(label) = self.objects.find_label(entry.label) else {
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
        if let Some(link) = self.objects.find_link(entry) {
            self.links().push(link);
        }
        Ok(())
    }
}

/// Builds the trees of a batch.
struct Builder<'a> {
    objects: &'a Objects,
    inflater: Inflater,
    delta: Vec<u8>,
    copies: Vec<Copy>,
    /// By the position of the member.
    held: Vec<Option<Rc<Held>>>,
    bytes: usize,
    max_bytes: usize,
}

impl<'a> Builder<'a> {
    fn new(objects: &'a Objects, max_bytes: usize) -> Self {
        Self {
            objects,
            inflater: Inflater::new(),
            delta: Vec::new(),
            copies: Vec::new(),
            held: Vec::new(),
            bytes: 0,
            max_bytes,
        }
    }

    fn build(&mut self, batch: &Batch, position: usize, member: &Member) -> Result<Tree, Damage> {
        let entry = &batch.data[member.bytes.clone()];
        let header = read_header(entry, self.objects.width)?;
        let mut content = Vec::new();
        self.copies.clear();
        let base = if member.base == NO_ENTRY {
            if header.kind != TREE {
                return Err(Damage("an entry is no tree"));
            }
            self.inflater.inflate(entry, &header, &mut content)?;
            Rc::default()
        } else {
            let held = self.held.get(member.base as usize).and_then(Option::as_ref);
            let base = Rc::clone(held.ok_or(Damage("a base is not held"))?);
            if header.kind < OFS_DELTA {
                return Err(Damage("an entry is no delta"));
            }
            self.inflater.inflate(entry, &header, &mut self.delta)?;
            delta::apply(&base.places.content, &self.delta, &mut content, &mut self.copies)?;
            base
        };
        let held = base.compare(self.objects, content, &self.copies, member.deltas)?;
        let tree = held.tree.clone();
        self.bytes += held.places.size();
        if self.bytes > self.max_bytes {
            return Err(Damage("too many bases must be held in memory"));
        }
        self.held.resize_with(position + 1, || None);
        self.held[position] = Some(Rc::new(held));
        Ok(tree)
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
        if let Some(held) = self.held[base].as_mut().and_then(Rc::get_mut) {
            held.deltas -= 1;
            if held.deltas == 0 {
                self.drop_content(base);
            }
        }
    }

    fn drop_content(&mut self, position: usize) {
        if let Some(held) = self.held[position].take() {
            self.bytes -= held.places.size();
        }
    }
}
