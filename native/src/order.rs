//! The order in which trees can be evaluated: after the trees that they depend on.

use crate::forest::{Forest, NONE};
use crate::objects::Goal;

/// The trees that depend on each tree, and how many trees each one waits for.
pub struct Order {
    /// For each tree, the start of its dependents; the last one is the end.
    starts: Vec<u32>,
    dependents: Vec<u32>,
    waits: Vec<u32>,
    ready: Vec<u32>,
}

impl Order {
    /// Return the order of a forest; `node_of` has the position of each object's tree, or `NONE`.
    ///
    /// A tree depends on its base, and on the trees that it adds to it.
    pub fn new(forest: &Forest, node_of: &[u32]) -> Self {
        let count = forest.count();
        let (mut starts, mut waits) = (vec![0; count + 1], vec![0; count]);
        for (tree, wait) in waits.iter_mut().enumerate() {
            for_each_need(forest, node_of, tree, |need| {
                starts[need + 1] += 1;
                *wait += 1;
            });
        }
        for tree in 0..count {
            starts[tree + 1] += starts[tree];
        }
        let (mut next, mut dependents) = (starts.clone(), vec![0; starts[count] as usize]);
        for tree in 0..count {
            for_each_need(forest, node_of, tree, |need| {
                dependents[next[need] as usize] = tree as u32;
                next[need] += 1;
            });
        }
        let ready = (0..).zip(&waits).filter(|&(_, &wait)| wait == 0).map(|(tree, _)| tree);
        let ready = ready.collect();
        Self { starts, dependents, waits, ready }
    }

    /// Return a tree that waits for no other one; once each.
    pub fn pop(&mut self) -> Option<usize> {
        self.ready.pop().map(|tree| tree as usize)
    }

    /// Release the trees that wait for one.
    pub fn finish(&mut self, tree: usize) {
        let range = self.starts[tree] as usize..self.starts[tree + 1] as usize;
        for &dependent in &self.dependents[range] {
            let wait = &mut self.waits[dependent as usize];
            // of a tree that was taken out of order, nothing is left to wait for
            if *wait > 0 {
                *wait -= 1;
                if *wait == 0 {
                    self.ready.push(dependent);
                }
            }
        }
    }

    /// Return the trees that wait for each other.
    pub fn list_waiting(&self) -> Vec<usize> {
        let waiting = self.waits.iter().enumerate().filter(|&(_, &wait)| wait > 0);
        waiting.map(|(tree, _)| tree).collect()
    }

    /// Return whether a tree still waits.
    pub fn is_waiting(&self, tree: usize) -> bool {
        self.waits[tree] > 0
    }

    /// Take a tree out of order.
    pub fn take(&mut self, tree: usize) {
        self.waits[tree] = 0;
    }
}

fn for_each_need(forest: &Forest, node_of: &[u32], tree: usize, mut call: impl FnMut(usize)) {
    let base = forest.bases[tree];
    if base != NONE {
        call(base as usize);
    }
    for change in forest.changes(tree) {
        if let Some(Goal::Tree(number)) = change.new
            && let Some(&node) = node_of.get(number as usize)
            && node != NONE
        {
            call(node as usize);
        }
    }
}
