//! The trees of a repository, each told by what it changes of the tree that it is a delta of.

use crate::entry::Damage;
use crate::objects::Goal;

/// No tree.
pub const NONE: u32 = u32::MAX;

/// Changes of all trees; a repository with more is refused: 320 MB.
const MAX_CHANGES: usize = 20_000_000;

/// What a tree changes under one label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The number of the label.
    pub label: u32,
    /// The number of the folder's object that the base has there, or `NONE`.
    pub old_tree: u32,
    /// What the tree has there, if it is a folder or a target.
    pub new: Option<Goal>,
}

/// Trees with positions from 0; a base precedes its deltas.
#[derive(Default)]
pub struct Forest {
    /// The number of each tree's object.
    pub numbers: Vec<u32>,
    /// The position of the tree that each one is a delta of, or `NONE`.
    pub bases: Vec<u32>,
    /// How many more entries each tree has than its base that are not folders.
    pub files: Vec<i32>,
    /// For each tree, the end of its changes.
    ends: Vec<u32>,
    changes: Vec<Change>,
}

impl Forest {
    /// Return the number of trees.
    pub fn count(&self) -> usize {
        self.numbers.len()
    }

    /// Return what the tree at a position changes of its base.
    pub fn changes(&self, position: usize) -> &[Change] {
        let start = position.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.changes[start as usize..self.ends[position] as usize]
    }

    /// Add a tree; refuse more changes than fit in memory.
    pub fn add(
        &mut self,
        number: u32,
        base: u32,
        files: i32,
        changes: &[Change],
    ) -> Result<(), Damage> {
        self.numbers.push(number);
        self.bases.push(base);
        self.files.push(files);
        self.changes.extend_from_slice(changes);
        self.ends.push(self.changes.len() as u32);
        self.check_size()
    }

    /// Make room for other forests.
    pub fn reserve(&mut self, others: &[Self]) {
        let trees = others.iter().map(Self::count).sum();
        self.numbers.reserve_exact(trees);
        self.bases.reserve_exact(trees);
        self.files.reserve_exact(trees);
        self.ends.reserve_exact(trees);
        self.changes.reserve_exact(others.iter().map(|other| other.changes.len()).sum());
    }

    /// Add the trees of another forest.
    pub fn append(&mut self, mut other: Self) -> Result<(), Damage> {
        let (trees, changes) = (self.count() as u32, self.changes.len() as u32);
        let shift = |base: u32| if base == NONE { NONE } else { base + trees };
        self.numbers.append(&mut other.numbers);
        self.bases.extend(other.bases.into_iter().map(shift));
        self.files.append(&mut other.files);
        self.ends.extend(other.ends.into_iter().map(|end| end + changes));
        self.changes.append(&mut other.changes);
        self.check_size()
    }

    fn check_size(&self) -> Result<(), Damage> {
        if self.changes.len() > MAX_CHANGES {
            return Err(Damage("trees have too many entries"));
        }
        Ok(())
    }
}
