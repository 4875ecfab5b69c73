//! Trees: lists of entries `mode name NUL id`, and what one of them changes of another.

use crate::delta::Copy;
use crate::entry::Damage;
use std::cmp::Ordering;

const MALFORMED: Damage = Damage("a tree is malformed");

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The mode, an octal number.
    pub mode: &'a [u8],
    /// The name of the file or folder.
    pub name: &'a [u8],
    /// The id of the object.
    pub id: &'a [u8],
    /// The bytes of the mode, the blank and the name.
    pub label: &'a [u8],
    whole: &'a [u8],
}

impl Entry<'_> {
    /// Return whether the object is a tree.
    pub fn is_tree(&self) -> bool {
        self.mode == b"40000"
    }

    /// Return whether the object is a commit of another repository.
    pub fn is_submodule(&self) -> bool {
        self.mode == b"160000"
    }
}

/// Read the entry at the start of `rest`, and leave what follows it; `None` at the end.
fn read_entry<'a>(rest: &mut &'a [u8], width: usize) -> Result<Option<Entry<'a>>, Damage> {
    if rest.is_empty() {
        return Ok(None);
    }
    let end = memchr::memchr(0, rest).ok_or(MALFORMED)?;
    let (whole, after) = rest.split_at_checked(end + 1 + width).ok_or(MALFORMED)?;
    *rest = after;
    let label = &whole[..end];
    let blank = label.iter().position(|&byte| byte == b' ').ok_or(MALFORMED)?;
    let (mode, name) = (&label[..blank], &label[blank + 1..]);
    Ok(Some(Entry { mode, name, id: &whole[end + 1..], label, whole }))
}

/// Refuse what git refuses or reads in a way of its own: other modes, odd names.
fn check(entry: &Entry) -> Result<(), Damage> {
    let is_known =
        matches!(entry.mode, b"40000" | b"100644" | b"100755" | b"120000" | b"160000" | b"100664");
    if is_known && !entry.name.is_empty() && !entry.name.contains(&b'/') {
        Ok(())
    } else {
        Err(MALFORMED)
    }
}

/// Compare two names as git sorts them: that of a folder as if a slash followed it.
pub fn compare_names(a: (&[u8], bool), b: (&[u8], bool)) -> Ordering {
    let common = a.0.len().min(b.0.len());
    let after = |(name, is_tree): (&[u8], bool)| {
        name.get(common).copied().unwrap_or(if is_tree { b'/' } else { 0 })
    };
    a.0[..common].cmp(&b.0[..common]).then_with(|| after(a).cmp(&after(b))).then_with(|| {
        // a file and a folder of one name follow each other
        a.0.len().cmp(&b.0.len())
    })
}

fn compare(a: &Entry, b: &Entry) -> Ordering {
    compare_names((a.name, a.is_tree()), (b.name, b.is_tree()))
}

/// Receives the entries that a tree has and its base lacks, and the reverse.
pub trait Changes {
    /// Receive an entry of the base alone.
    fn remove(&mut self, entry: &Entry) -> Result<(), Damage>;
    /// Receive an entry of the tree alone.
    fn add(&mut self, entry: &Entry) -> Result<(), Damage>;
}

/// The content of a tree, and where its entries are.
#[derive(Default)]
pub struct Places {
    /// The entries, without anything between them.
    pub content: Vec<u8>,
    /// The start of each entry, and the end of the last one.
    starts: Vec<u32>,
}

impl Places {
    /// Return the bytes of memory that are held.
    pub fn size(&self) -> usize {
        self.content.capacity() + self.starts.capacity() * size_of::<u32>()
    }

    fn start(&self, entry: usize) -> usize {
        self.starts.get(entry).map_or(self.content.len(), |&start| start as usize)
    }

    /// Return the first entry at or after a position.
    fn entry_from(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| (start as usize) < at)
    }
}

/// A run of whole entries that a tree has in common with its base.
struct Run {
    first: usize,
    end: usize,
    /// Offset of the first one in the tree.
    at: usize,
}

/// Find what the tree with `content` changes of a base, which was checked itself.
///
/// Entries in `copies` of the base are not compared. All entries that the base lacks are checked:
/// git reads malformed and unsorted trees in a way of its own. Ids have `width` bytes.
pub fn find_changes(
    base: &Places,
    copies: &[Copy],
    content: Vec<u8>,
    width: usize,
    changes: &mut impl Changes,
) -> Result<Places, Damage> {
    let mut finder = Finder::new(base, &content, width);
    for copy in copies.iter().filter(|copy| copy.len > 4 * width) {
        if let Some(run) = finder.find_run(copy)? {
            finder.compare_to(&run, changes)?;
            finder.skip(&run);
        }
    }
    let starts = finder.finish(changes)?;
    Ok(Places { content, starts })
}

/// Reads a tree, but for the runs that it has in common with its base.
struct Finder<'a> {
    base: &'a Places,
    content: &'a [u8],
    width: usize,
    /// The start of each entry that was read.
    starts: Vec<u32>,
    /// Where the next entry starts.
    at: usize,
    /// The first entry of the base after the last run.
    next: usize,
    /// Offsets in the base and in the tree of what is not compared: the last entry of the last run.
    open: (usize, usize),
}

impl<'a> Finder<'a> {
    fn new(base: &'a Places, content: &'a [u8], width: usize) -> Self {
        let starts = Vec::with_capacity(base.starts.len() + 8);
        Self { base, content, width, starts, at: 0, next: 0, open: (0, 0) }
    }

    /// Read as far as whole entries of a copy follow, and return these; `None` if there are none.
    fn find_run(&mut self, copy: &Copy) -> Result<Option<Run>, Damage> {
        let after = copy.from + copy.len;
        while self.at < copy.end() {
            if let Some(into) = self.at.checked_sub(copy.at) {
                let first = self.base.entry_from(copy.from + into);
                let end = self.base.entry_from(after + 1).saturating_sub(1);
                if self.base.start(first) == copy.from + into && first >= self.next && first < end {
                    return Ok(Some(Run { first, end, at: self.at }));
                }
            }
            self.read()?;
        }
        Ok(None)
    }

    fn read(&mut self) -> Result<(), Damage> {
        let mut rest = &self.content[self.at..];
        let entry = read_entry(&mut rest, self.width)?.ok_or(MALFORMED)?;
        self.starts.push(self.at as u32);
        self.at += entry.whole.len();
        Ok(())
    }

    /// Compare what is open, up to the first entry of a run; so the order of entries is checked.
    fn compare_to(&self, run: &Run, changes: &mut impl Changes) -> Result<(), Damage> {
        let (base_start, base_end) = (self.base.start(run.first), self.base.start(run.first + 1));
        let end = run.at + (base_end - base_start);
        let base = &self.base.content[self.open.0..base_end];
        compare_entries(base, &self.content[self.open.1..end], self.width, changes)
    }

    /// Take the places of a run from the base.
    fn skip(&mut self, run: &Run) {
        let from = self.base.start(run.first);
        let starts = &self.base.starts[run.first..run.end];
        self.starts.extend(starts.iter().map(|&start| (start as usize - from + run.at) as u32));
        let last = self.base.start(run.end - 1);
        self.at = run.at + (self.base.start(run.end) - from);
        self.next = run.end;
        self.open = (last, run.at + (last - from));
    }

    /// Read and compare the rest; return the start of each entry, and the end of the last one.
    fn finish(mut self, changes: &mut impl Changes) -> Result<Vec<u32>, Damage> {
        while self.at < self.content.len() {
            self.read()?;
        }
        let base = &self.base.content[self.open.0..];
        compare_entries(base, &self.content[self.open.1..], self.width, changes)?;
        self.starts.push(self.at as u32);
        Ok(self.starts)
    }
}

/// Find the entries that differ in two parts of trees, the second of which is checked.
fn compare_entries(
    base: &[u8],
    tree: &[u8],
    width: usize,
    changes: &mut impl Changes,
) -> Result<(), Damage> {
    let (mut old_rest, mut new_rest) = (base, tree);
    let mut old = read_entry(&mut old_rest, width)?;
    let mut new = read_entry(&mut new_rest, width)?;
    let mut last: Option<Entry> = None;
    let mut is_last_new = false;
    loop {
        let order = match (&old, &new) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) if old.whole == new.whole => Ordering::Equal,
            (Some(old), Some(new)) => compare(old, new),
        };
        let is_same = order == Ordering::Equal && old.map(|e| e.whole) == new.map(|e| e.whole);
        if order != Ordering::Greater {
            if let Some(entry) = old.as_ref().filter(|_| !is_same) {
                changes.remove(entry)?;
            }
            old = read_entry(&mut old_rest, width)?;
        }
        if order != Ordering::Less {
            if let Some(entry) = &new {
                if (is_last_new || !is_same)
                    && last.is_some_and(|last| compare(&last, entry) != Ordering::Less)
                {
                    return Err(MALFORMED);
                }
                if !is_same {
                    check(entry)?;
                    changes.add(entry)?;
                }
            }
            (last, is_last_new) = (new, !is_same);
            new = read_entry(&mut new_rest, width)?;
        }
    }
}
