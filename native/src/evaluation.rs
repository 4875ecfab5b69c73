//! What each tree leads to: a set of links to targets, and a number of paths.

use crate::entry::Damage;
use crate::forest::{Change, Forest, NONE};
use crate::link_sets::{EMPTY, LinkSets};
use crate::objects::{Goal, Labels, Link, Objects};
use crate::order::Order;
use crate::tree::compare_names;
use std::borrow::Cow;
use std::collections::HashMap;

/// Paths of a tree, besides ten for each object of the repository; git lists them all in memory.
const MAX_REPEATED: u64 = 10_000;

/// The files of a tree have too many paths.
pub const TOO_MANY_PATHS: Damage = Damage("the same files have too many paths");

/// Changes that are followed through bases out of order.
const MAX_FOLLOWED: usize = 50_000_000;

const UNREAD: Damage = Damage("a tree was not read");
const CYCLE: Damage = Damage("a tree contains itself");
const TOO_ENTANGLED: Damage = Damage("too many trees are deltas of trees that contain them");

/// What a tree leads to.
#[derive(Clone, Copy, Default)]
struct Value {
    /// The number of its set of links.
    set: u32,
    /// The number of paths below it.
    paths: u32,
}

/// What the trees of a repository lead to.
///
/// Trees whose entries lead to the same targets under the same names have one set.
#[derive(Default)]
pub struct Evaluation {
    /// The sets of links to targets and to other sets.
    pub sets: LinkSets,
    /// By position; `None` for a damaged tree.
    values: Vec<Option<Value>>,
    damages: HashMap<usize, Damage>,
    node_of: Vec<u32>,
}

impl Evaluation {
    /// Evaluate all trees; an error concerns the repository, not one tree.
    pub fn new(objects: &Objects, forest: &Forest) -> Result<Self, Damage> {
        let mut node_of = vec![NONE; objects.count as usize];
        for (&number, position) in forest.numbers.iter().zip(0..) {
            if let Some(slot) = node_of.get_mut(number as usize) {
                *slot = position;
            }
        }
        let values = vec![None; forest.count()];
        let evaluation = Self { values, node_of, ..Self::default() };
        let order = Order::new(forest, &evaluation.node_of);
        Evaluator { objects, forest, order, evaluation, followed: 0 }.run()
    }

    /// Return the number of the set of a tree, by the number of its object.
    pub fn find_set(&self, object: u32) -> Result<u32, Damage> {
        let node = self.find_node(object)?;
        self.value(node).map(|value| value.set)
    }

    fn find_node(&self, object: u32) -> Result<usize, Damage> {
        match self.node_of.get(object as usize) {
            None | Some(&NONE) => Err(UNREAD),
            Some(&node) => Ok(node as usize),
        }
    }

    fn value(&self, node: usize) -> Result<Value, Damage> {
        let value = self.values.get(node).copied().flatten();
        value.ok_or_else(|| self.damages.get(&node).copied().unwrap_or(CYCLE))
    }

    fn find_value(&self, object: u32) -> Result<Value, Damage> {
        self.value(self.find_node(object)?)
    }

    fn is_known(&self, node: usize) -> bool {
        self.values[node].is_some() || self.damages.contains_key(&node)
    }
}

/// What a tree changes of another one that was evaluated.
struct Difference<'a> {
    /// The position of the other tree, or `NONE` for no tree.
    base: u32,
    files: i64,
    changes: Cow<'a, [Change]>,
}

struct Evaluator<'a> {
    objects: &'a Objects,
    forest: &'a Forest,
    order: Order,
    evaluation: Evaluation,
    followed: usize,
}

impl Evaluator<'_> {
    fn run(mut self) -> Result<Evaluation, Damage> {
        self.run_in_order()?;
        // A base may contain its delta, whose links are then told without it.
        let mut waiting = self.order.list_waiting();
        loop {
            let before = waiting.len();
            for &tree in &waiting {
                if self.order.is_waiting(tree)
                    && let Some(difference) = self.follow_bases(tree)?
                {
                    self.order.take(tree);
                    self.evaluate(tree, &difference)?;
                    self.run_in_order()?;
                }
            }
            waiting.retain(|&tree| self.order.is_waiting(tree));
            if waiting.len() == before || waiting.is_empty() {
                return Ok(self.evaluation); // what still waits contains itself
            }
        }
    }

    fn run_in_order(&mut self) -> Result<(), Damage> {
        while let Some(tree) = self.order.pop() {
            let difference = Difference {
                base: self.forest.bases[tree],
                files: self.forest.files[tree].into(),
                changes: self.forest.changes(tree).into(),
            };
            self.evaluate(tree, &difference)?;
        }
        Ok(())
    }

    /// Return what a tree changes of the next base that was evaluated.
    ///
    /// `None` if it contains a tree that was not.
    fn follow_bases(&mut self, tree: usize) -> Result<Option<Difference<'static>>, Damage> {
        let mut difference = Difference { base: tree as u32, files: 0, changes: Cow::default() };
        let mut by_label: HashMap<u32, Change> = HashMap::new();
        while difference.base != NONE && !self.evaluation.is_known(difference.base as usize) {
            let at = difference.base as usize;
            difference.files += i64::from(self.forest.files[at]);
            difference.base = self.forest.bases[at];
            for change in self.forest.changes(at) {
                let later = by_label.entry(change.label).or_insert(*change);
                later.old_tree = change.old_tree;
            }
            self.followed += 1 + self.forest.changes(at).len();
            if self.followed > MAX_FOLLOWED {
                return Err(TOO_ENTANGLED);
            }
        }
        let changes: Vec<Change> = by_label.into_values().collect();
        let is_ready = changes.iter().all(|change| match change.new {
            Some(Goal::Tree(number)) => self
                .evaluation
                .find_node(number)
                .map_or(true, |node| self.evaluation.is_known(node)),
            _ => true,
        });
        difference.changes = changes.into();
        Ok(is_ready.then_some(difference))
    }

    fn evaluate(&mut self, tree: usize, difference: &Difference) -> Result<(), Damage> {
        match self.find_paths(difference) {
            Ok((base, paths)) => {
                let set = self.find_set(base.set, &difference.changes)?;
                self.evaluation.values[tree] = Some(Value { set, paths });
            }
            Err(damage) => {
                self.evaluation.damages.insert(tree, damage);
            }
        }
        self.order.finish(tree);
        Ok(())
    }

    /// Return the value of the base, and the number of paths of its delta.
    ///
    /// Refuse a tree that has far more paths than the repository has objects.
    fn find_paths(&self, difference: &Difference) -> Result<(Value, u32), Damage> {
        let base = match difference.base {
            NONE => Value::default(),
            node => self.evaluation.value(node as usize)?,
        };
        let mut paths = i64::from(base.paths) + difference.files;
        for change in difference.changes.iter() {
            if change.old_tree != NONE {
                paths -= i64::from(self.evaluation.find_value(change.old_tree)?.paths);
            }
            if let Some(Goal::Tree(number)) = change.new {
                paths += i64::from(self.evaluation.find_value(number)?.paths);
            }
        }
        let paths = u32::try_from(paths).map_err(|_| TOO_MANY_PATHS)?;
        if u64::from(paths) > MAX_REPEATED + 10 * u64::from(self.objects.count) {
            return Err(TOO_MANY_PATHS);
        }
        Ok((base, paths))
    }

    /// Return the number of the set that changes make of another one.
    fn find_set(&mut self, base: u32, changes: &[Change]) -> Result<u32, Damage> {
        if changes.is_empty() {
            return Ok(base);
        }
        let labels = self.objects.labels();
        let mut set = Cow::Borrowed(self.evaluation.sets.get(base));
        for change in changes {
            let goal = match change.new {
                Some(Goal::Tree(number)) => {
                    let inner = self.evaluation.find_value(number)?.set;
                    (inner != EMPTY).then_some(Goal::Tree(inner))
                }
                other => other,
            };
            update(&mut set, change.label, goal, &labels);
        }
        match set {
            Cow::Borrowed(_) => Ok(base),
            Cow::Owned(set) => self.evaluation.sets.intern(&set),
        }
    }
}

/// Replace what a set has under a label; a set has each label once.
fn update(set: &mut Cow<[Link]>, label: u32, goal: Option<Goal>, labels: &Labels) {
    if goal.is_none() && set.is_empty() {
        return;
    }
    let name = labels.name(label);
    let found = set.binary_search_by(|link| {
        compare_names(labels.name(link.label), name).then(link.label.cmp(&label))
    });
    match (found, goal) {
        (Ok(at), Some(goal)) if set[at].goal == goal => {}
        (Ok(at), Some(goal)) => set.to_mut()[at].goal = goal,
        (Ok(at), None) => drop(set.to_mut().remove(at)),
        (Err(at), Some(goal)) => set.to_mut().insert(at, Link { label, goal }),
        (Err(_), None) => {}
    }
}
