//! Reads the trees of packs: what each one changes, told by the trees' own deltas.

use crate::delta::{self, Copy};
use crate::entry::{Damage, Inflater, OFS_DELTA, TREE, read_header};
use crate::forest::{Change, Forest, NONE};
use crate::objects::Objects;
use crate::pack::{Batch, Bytes, Member, NO_ENTRY, Pack, TOO_LARGE};
use crate::tree::{Changes, Entry, Places, find_changes};
use std::num::NonZero;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Compressed bytes that are copied out of a pack at once.
const BATCH_SIZE: u64 = 4 << 20;

/// Threads that read trees.
const MAX_THREADS: usize = 8;

/// Bytes of the bases that all threads hold for their deltas.
const MAX_HELD: usize = 256 << 20;

/// Read all trees of a pack, in threads; `kinds` are those of its entries.
pub fn read_pack(
    objects: &Objects,
    first: u32,
    pack: &Pack,
    bytes: &(impl Bytes + Sync),
    kinds: &[u8],
) -> Result<Vec<Forest>, Damage> {
    let roots = (0..).zip(kinds).filter(|&(_, &kind)| kind == TREE).map(|(number, _)| number);
    let roots = Mutex::new(roots);
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS);
    let read = || {
        let mut forest = Forest::default();
        loop {
            let batch = {
                let mut roots = roots.lock().unwrap_or_else(PoisonError::into_inner);
                pack.gather(&mut *roots, BATCH_SIZE, |_| Err(TOO_LARGE))?
            };
            if batch.members.is_empty() {
                return Ok(forest);
            }
            read_batch(objects, first, pack, bytes, batch, MAX_HELD / threads, &mut forest)?;
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
    forest: &mut Forest,
) -> Result<(), Damage> {
    pack.load(bytes, &mut batch).map_err(|_| Damage("the pack cannot be read"))?;
    let mut builder = Builder::new(objects, first, max_held);
    for (position, member) in batch.members.iter().enumerate() {
        builder.build(&batch, position, member, forest)?;
        builder.release(position, member);
    }
    Ok(())
}

/// Add a tree that is no delta.
pub fn read_tree(
    objects: &Objects,
    number: u32,
    content: Vec<u8>,
    forest: &mut Forest,
) -> Result<(), Damage> {
    let mut changes = LinkChanges::new(objects);
    find_changes(&Places::default(), &[], content, objects.width, &mut changes)?;
    forest.add(number, NONE, changes.files, &changes.changes)
}

/// Collects what a tree changes: folders, and what leads to targets.
struct LinkChanges<'a> {
    objects: &'a Objects,
    files: i32,
    changes: Vec<Change>,
}

impl<'a> LinkChanges<'a> {
    fn new(objects: &'a Objects) -> Self {
        Self { objects, files: 0, changes: Vec::new() }
    }
}

impl Changes for LinkChanges<'_> {
    fn remove(&mut self, entry: &Entry) -> Result<(), Damage> {
        self.files -= i32::from(!entry.is_tree());
        // a label without a number never led anywhere
        if let Some(label) = self.objects.find_label(entry.label) {
            let old_tree = self.objects.find_tree(entry).unwrap_or(NONE);
            self.changes.push(Change { label, old_tree, new: None });
        }
        Ok(())
    }

    fn add(&mut self, entry: &Entry) -> Result<(), Damage> {
        self.files += i32::from(!entry.is_tree());
        let Some(link) = self.objects.find_link(entry) else {
            return Ok(());
        };
        match self.changes.last_mut() {
            Some(last) if last.label == link.label => last.new = Some(link.goal),
            _ => {
                let change = Change { label: link.label, old_tree: NONE, new: Some(link.goal) };
                self.changes.push(change);
            }
        }
        Ok(())
    }
}

/// A tree whose content is held for its deltas.
struct Held {
    places: Places,
    /// The position of the tree.
    tree: u32,
    /// The number of its deltas that are not built.
    deltas: u32,
}

/// Builds the trees of a batch.
struct Builder<'a> {
    objects: &'a Objects,
    /// The number of the pack's first object.
    first: u32,
    inflater: Inflater,
    delta: Vec<u8>,
    copies: Vec<Copy>,
    /// By the position of the member.
    held: Vec<Option<Rc<Held>>>,
    bytes: usize,
    max_bytes: usize,
}

impl<'a> Builder<'a> {
    fn new(objects: &'a Objects, first: u32, max_bytes: usize) -> Self {
        Self {
            objects,
            first,
            inflater: Inflater::new(),
            delta: Vec::new(),
            copies: Vec::new(),
            held: Vec::new(),
            bytes: 0,
            max_bytes,
        }
    }

    /// Add the tree of a member to a forest, and hold its content.
    fn build(
        &mut self,
        batch: &Batch,
        position: usize,
        member: &Member,
        forest: &mut Forest,
    ) -> Result<(), Damage> {
        let base = self.find_base(member)?;
        let content = self.read(&batch.data[member.bytes.clone()], base.as_deref())?;
        let mut changes = LinkChanges::new(self.objects);
        let none = Places::default();
        let places = base.as_ref().map_or(&none, |base| &base.places);
        let width = self.objects.width;
        let places = find_changes(places, &self.copies, content, width, &mut changes)?;
        let tree = forest.count() as u32;
        let base = base.map_or(NONE, |base| base.tree);
        forest.add(self.first + member.number, base, changes.files, &changes.changes)?;
        self.bytes += places.size();
        if self.bytes > self.max_bytes {
            return Err(Damage("too many bases must be held in memory"));
        }
        self.held.resize_with(position + 1, || None);
        self.held[position] = Some(Rc::new(Held { places, tree, deltas: member.deltas }));
        Ok(())
    }

    fn find_base(&self, member: &Member) -> Result<Option<Rc<Held>>, Damage> {
        if member.base == NO_ENTRY {
            return Ok(None);
        }
        let held = self.held.get(member.base as usize).and_then(Option::as_ref);
        held.map(|base| Some(Rc::clone(base))).ok_or(Damage("a base is not held"))
    }

    /// Return the content of a tree, and remember what it copies from its base.
    fn read(&mut self, entry: &[u8], base: Option<&Held>) -> Result<Vec<u8>, Damage> {
        let header = read_header(entry, self.objects.width)?;
        let mut content = Vec::new();
        self.copies.clear();
        if let Some(base) = base {
            if header.kind < OFS_DELTA {
                return Err(Damage("an entry is no delta"));
            }
            self.inflater.inflate(entry, &header, &mut self.delta)?;
            delta::apply(&base.places.content, &self.delta, &mut content, &mut self.copies)?;
        } else {
            if header.kind != TREE {
                return Err(Damage("an entry is no tree"));
            }
            self.inflater.inflate(entry, &header, &mut content)?;
        }
        Ok(content)
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
