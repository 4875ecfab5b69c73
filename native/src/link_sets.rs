//! Sets of links, each of which has one number.

use crate::entry::Damage;
use crate::objects::Link;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// Links in all sets; a repository with more is refused: 240 MB.
const MAX_LINKS: usize = 20_000_000;

/// The number of the set without links.
pub const EMPTY: u32 = 0;

/// No set.
const NONE: u32 = u32::MAX;

/// Sets with numbers from 0; equal sets have the same one.
pub struct LinkSets {
    links: Vec<Link>,
    /// For each set, the end of its links.
    ends: Vec<u32>,
    hash: RandomState,
    /// By hash: the last set that has it.
    last: HashMap<u64, u32>,
    /// For each set, another one with the same hash, or `NONE`.
    others: Vec<u32>,
}

impl Default for LinkSets {
    fn default() -> Self {
        let hash = RandomState::new();
        let last = HashMap::from([(hash.hash_one::<&[Link]>(&[]), EMPTY)]);
        Self { links: Vec::new(), ends: vec![0], hash, last, others: vec![NONE] }
    }
}

impl LinkSets {
    /// Return the links of a set, in the order of their names.
    pub fn get(&self, number: u32) -> &[Link] {
        let at = number as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.links[start as usize..self.ends[at] as usize]
    }

    /// Return the number of a set; refuse more links than fit in memory.
    pub fn intern(&mut self, set: &[Link]) -> Result<u32, Damage> {
        let hash = self.hash.hash_one(set);
        let last = self.last.get(&hash).copied().unwrap_or(NONE);
        let mut number = last;
        while number != NONE {
            if self.get(number) == set {
                return Ok(number);
            }
            number = self.others[number as usize];
        }
        if self.links.len() + set.len() > MAX_LINKS {
            return Err(Damage("trees have too many links"));
        }
        let number = self.ends.len() as u32;
        self.links.extend_from_slice(set);
        self.ends.push(self.links.len() as u32);
        self.others.push(last);
        self.last.insert(hash, number);
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, LinkSets};
    use crate::objects::{Goal, Link};

    #[test]
    fn equal_sets_have_one_number() {
        let link = |label| Link { label, goal: Goal::Target(label) };
        let mut sets = LinkSets::default();
        assert_eq!(sets.intern(&[]).unwrap(), EMPTY);
        let both = sets.intern(&[link(1), link(2)]).unwrap();
        let one = sets.intern(&[link(1)]).unwrap();
        assert_ne!(both, one);
        assert_eq!(sets.intern(&[link(1), link(2)]).unwrap(), both);
        assert_eq!(sets.get(both), [link(1), link(2)]);
        assert_eq!(sets.get(EMPTY), []);
    }
}
