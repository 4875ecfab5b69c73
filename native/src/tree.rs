//! Trees: lists of entries `mode name NUL id`, and what one of them changes of another.

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

/// Find what a tree changes of a base, which was checked itself; ids have `width` bytes.
///
/// All entries that the base lacks are checked: git reads malformed and unsorted trees in a way of
/// its own.
pub fn find_changes(
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
