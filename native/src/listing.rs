//! The differences of two sets of links, as git writes them.

use crate::entry::Damage;
use crate::evaluation::TOO_MANY_PATHS;
use crate::link_sets::LinkSets;
use crate::objects::{Goal, Labels, Link, Objects};
use crate::tree::compare_names;
use std::cmp::Ordering;
use std::collections::HashSet;

/// Differences that are listed; a tree may name one file at a billion paths.
const MAX_DIFFERENCES: usize = 1_000_000;

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

/// What pairs of trees change.
#[derive(Default)]
pub struct Changed {
    /// The differences that lead to blobs that were asked about.
    pub differences: Vec<Difference>,
    /// The objects that the second trees add and that do not exist.
    pub missing: HashSet<Vec<u8>>,
}

/// Lists the differences of two sets.
pub struct Listing<'a> {
    objects: &'a Objects,
    labels: Labels<'a>,
    sets: &'a LinkSets,
    pair: usize,
    changed: &'a mut Changed,
}

enum Step {
    Sets { old: u32, new: u32, folder: Vec<u8> },
    Leaf { old: Option<Link>, new: Option<Link>, path: Vec<u8> },
}

impl<'a> Listing<'a> {
    /// Return a listing for the pair at a position.
    pub fn new(
        objects: &'a Objects,
        sets: &'a LinkSets,
        pair: usize,
        changed: &'a mut Changed,
    ) -> Self {
        Self { objects, labels: objects.labels(), sets, pair, changed }
    }

    /// List the differences of two sets, by their numbers.
    pub fn compare(&mut self, old: u32, new: u32) -> Result<(), Damage> {
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
        let (mut old, mut new) = (self.sets.get(old), self.sets.get(new));
        let mut steps = Vec::new();
        loop {
            let order = match (old.first(), new.first()) {
                (None, None) => return steps,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => self.compare_labels(a, b),
            };
            let before = old.split_off_first_if(order != Ordering::Greater);
            let after = new.split_off_first_if(order != Ordering::Less);
            if before == after {
                continue;
            }
            let Some(link) = before.or(after) else {
                return steps;
            };
            let (name, is_tree) = self.labels.name(link.label);
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

    fn compare_labels(&self, a: &Link, b: &Link) -> Ordering {
        compare_names(self.labels.name(a.label), self.labels.name(b.label))
    }

    fn add(&mut self, old: Option<Link>, new: Option<Link>, path: Vec<u8>) -> Result<(), Damage> {
        let is_tree = |link: Link| self.labels.name(link.label).1;
        if old.is_some_and(is_tree) || new.is_some_and(is_tree) {
            return Err(Damage("a tree does not exist"));
        }
        if let Some(Goal::Target(position)) = new.map(|link| link.goal)
            && !self.objects.is_asked(position)
        {
            self.changed.missing.insert(self.objects.target_id(position));
        }
        let is_asked = |link: &Link| match link.goal {
            Goal::Target(position) => self.objects.is_asked(position),
            Goal::Tree(_) => false,
        };
        let (old, new) = (old.filter(is_asked), new.filter(is_asked));
        if old.is_none() && new.is_none() {
            return Ok(());
        }
        if self.changed.differences.len() >= MAX_DIFFERENCES {
            return Err(TOO_MANY_PATHS);
        }
        let entry = self.format_entry(old, new);
        self.changed.differences.push(Difference { pair: self.pair, entry, path });
        Ok(())
    }

    fn format_entry(&self, old: Option<Link>, new: Option<Link>) -> Vec<u8> {
        let mode = |link: Option<Link>| {
            link.map_or("000000".into(), |link| {
                let label = self.labels.label(link.label);
                String::from_utf8_lossy(&label[..6.min(label.len())]).into_owned()
            })
        };
        let id = |link: Option<Link>| match link.map(|link| link.goal) {
            Some(Goal::Target(position)) => to_hex(&self.objects.target_id(position)),
            _ => "0".repeat(2 * self.objects.width),
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
