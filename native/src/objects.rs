//! What the entries of trees lead to, shared by the threads that read trees.

use crate::entry::Damage;
use crate::ids::Ids;
use crate::tree::Entry;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

/// What an entry of a tree leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Goal {
    /// A tree, by the number of its object.
    Tree(u32),
    /// The position of a target: a blob that was asked about, or an object that does not exist.
    Target(u32),
}

/// An entry of a tree: the number of its mode and name, and what it leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The number of its label.
    pub label: u32,
    /// What it leads to.
    pub goal: Goal,
}

/// Texts with numbers from 0.
#[derive(Default)]
struct Numbered {
    texts: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u32>,
}

impl Numbered {
    fn intern(&mut self, text: &[u8]) -> u32 {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(text.to_vec());
        self.numbers.insert(text.to_vec(), number);
        number
    }
}

/// The modes and names of tree entries, by their numbers.
pub struct Labels<'a>(RwLockReadGuard<'a, Numbered>);

impl Labels<'_> {
    /// Return the mode and the name, with the blank between them.
    pub fn label(&self, number: u32) -> &[u8] {
        &self.0.texts[number as usize]
    }

    /// Return the name, and whether the mode is that of a folder.
    pub fn name(&self, number: u32) -> (&[u8], bool) {
        let label = self.label(number);
        let blank = label.iter().position(|&byte| byte == b' ').unwrap_or(0);
        (&label[blank + 1..], &label[..blank] == b"40000")
    }
}

/// The objects of a repository, by the ids in trees.
pub struct Objects {
    /// Bytes of an object id.
    pub width: usize,
    /// The number of objects.
    pub count: u32,
    packs: Vec<(Ids, u32)>,
    loose: HashMap<Vec<u8>, u32>,
    /// The ids that were asked about: the first targets.
    asked: Vec<Vec<u8>>,
    /// The position of each of these that exists, by its number.
    asked_positions: HashMap<u32, u32>,
    finds_missing: bool,
    /// The ids that do not exist: the targets that follow.
    missing: Mutex<Numbered>,
    labels: RwLock<Numbered>,
}

impl Objects {
    /// Return the objects of packs and the loose ones.
    pub fn new(width: usize, packs: Vec<Ids>, loose: Vec<Vec<u8>>) -> Self {
        let mut count = 0;
        let mut numbered = Vec::new();
        for ids in packs {
            let first = count;
            count += ids.count();
            numbered.push((ids, first));
        }
        let mut numbers = HashMap::new();
        for id in loose {
            numbers.insert(id, count);
            count += 1;
        }
        Self {
            width,
            count,
            packs: numbered,
            loose: numbers,
            asked: Vec::new(),
            asked_positions: HashMap::new(),
            finds_missing: false,
            missing: Mutex::default(),
            labels: RwLock::default(),
        }
    }

    /// Ask about blobs, and about objects that do not exist; before any tree is read.
    pub fn ask(&mut self, blobs: Vec<Vec<u8>>, finds_missing: bool) {
        for (id, position) in blobs.iter().zip(0..) {
            if let Some(number) = self.find(id) {
                self.asked_positions.insert(number, position);
            }
        }
        self.asked = blobs;
        self.finds_missing = finds_missing;
    }

    /// Return the number of the first entry of a pack.
    pub fn first(&self, pack: usize) -> Result<u32, Damage> {
        Ok(self.packs.get(pack).ok_or(Damage("a pack is unknown"))?.1)
    }

    /// Return the number of an object.
    pub fn find(&self, id: &[u8]) -> Option<u32> {
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

    /// Return the number of a loose object.
    pub fn find_loose(&self, id: &[u8]) -> Option<u32> {
        self.loose.get(id).copied()
    }

    /// Return the labels; no tree may be read meanwhile.
    pub fn labels(&self) -> Labels<'_> {
        Labels(self.labels.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Return the number of a label that a tree has.
    pub fn find_label(&self, label: &[u8]) -> Option<u32> {
        self.labels().0.numbers.get(label).copied()
    }

    /// Return the link of an entry, if it leads to a folder or a target.
    pub fn find_link(&self, entry: &Entry) -> Option<Link> {
        let goal = self.find_goal(entry)?;
        let label = self.find_label(entry.label).unwrap_or_else(|| {
            self.labels.write().unwrap_or_else(PoisonError::into_inner).intern(entry.label)
        });
        Some(Link { label, goal })
    }

    /// Return the number of the object of a folder.
    pub fn find_tree(&self, entry: &Entry) -> Option<u32> {
        if entry.is_tree() { self.find(entry.id) } else { None }
    }

    fn find_goal(&self, entry: &Entry) -> Option<Goal> {
        match self.find(entry.id) {
            Some(number) if entry.is_tree() => Some(Goal::Tree(number)),
            Some(number) => self.asked_positions.get(&number).copied().map(Goal::Target),
            None if entry.is_submodule() => None, // its object is in another repository
            None if self.finds_missing || entry.is_tree() => {
                let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
                Some(Goal::Target(self.asked.len() as u32 + missing.intern(entry.id)))
            }
            None => None,
        }
    }

    /// Return whether a target was asked about; the others do not exist.
    pub fn is_asked(&self, target: u32) -> bool {
        (target as usize) < self.asked.len()
    }

    /// Return the id of a target.
    pub fn target_id(&self, target: u32) -> Vec<u8> {
        let position = target as usize;
        self.asked.get(position).cloned().unwrap_or_else(|| {
            let missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
            missing.texts[position - self.asked.len()].clone()
        })
    }
}
