//! What trees change: the entries that lead to some blobs.

use crate::entry::Damage;
use crate::evaluation::Evaluation;
use crate::forest::Forest;
use crate::link_sets::EMPTY;
use crate::listing::{Changed, Listing};
use crate::objects::Objects;
use crate::pack::{Bytes, Pack};
use crate::tree_reader::{read_pack, read_tree};

/// The ids of two trees; `None` stands for a tree without entries.
pub type Pair = (Option<Vec<u8>>, Option<Vec<u8>>);

/// The trees of a repository.
pub struct History {
    objects: Objects,
    forest: Forest,
    evaluation: Option<Evaluation>,
}

impl History {
    /// Return the history of a repository with these objects, without any tree.
    pub fn new(objects: Objects) -> Self {
        Self { objects, forest: Forest::default(), evaluation: None }
    }

    /// Add a loose tree.
    pub fn add_loose(&mut self, id: &[u8], content: Vec<u8>) -> Result<(), Damage> {
        let number = self.objects.find_loose(id).ok_or(Damage("an object is not loose"))?;
        read_tree(&self.objects, number, content, &mut self.forest)
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
        let forests = read_pack(&self.objects, first, pack, bytes, kinds)?;
        self.forest.reserve(&forests);
        for forest in forests {
            self.forest.append(forest)?;
        }
        Ok(())
    }

    /// Find out what all trees lead to; no other ones can be added then.
    pub fn evaluate(&mut self) -> Result<(), Damage> {
        if self.evaluation.is_none() {
            let forest = std::mem::take(&mut self.forest);
            self.evaluation = Some(Evaluation::new(&self.objects, &forest)?);
        }
        Ok(())
    }

    /// Compare pairs of trees.
    ///
    /// Return the differences that lead to blobs that were asked about, and the objects that the
    /// second trees add and that do not exist.
    pub fn compare(
        &mut self,
        pairs: impl Iterator<Item = Result<Pair, Damage>>,
    ) -> Result<Changed, Damage> {
        self.evaluate()?;
        let (objects, mut changed) = (&self.objects, Changed::default());
        let Some(evaluation) = &self.evaluation else { return Ok(changed) };
        let find_set = |id: Option<Vec<u8>>| {
            let Some(id) = id else { return Ok(EMPTY) };
            let number = objects.find(&id).ok_or(Damage("a tree does not exist"))?;
            evaluation.find_set(number)
        };
        for (position, pair) in pairs.enumerate() {
            let (old, new) = pair?;
            let (old, new) = (find_set(old)?, find_set(new)?);
            if old != new {
                let sets = &evaluation.sets;
                Listing::new(objects, sets, position, &mut changed).compare(old, new)?;
            }
        }
        Ok(changed)
    }
}
