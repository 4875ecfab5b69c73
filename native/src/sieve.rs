//! Which objects need a look: literals are searched in bases, and in what deltas change.
//!
//! An object that is built from another one has, besides the literals in bytes that it copies, only
//! those that touch other bytes or the seam between two copies. So these *regions* are searched,
//! with as many bytes around them as the longest literal has; that is an eighth of all bytes.

use crate::beginnings::Beginnings;
use crate::commit::list_links;
use crate::delta::{self, Copy};
use crate::entry::{
    BLOB, COMMIT, Damage, Header, Inflater, OFS_DELTA, TREE, check_end, read_header,
};
use crate::pack::{Batch, Member, NO_ENTRY};
use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;
use std::sync::Mutex;

/// Bytes of regions that are searched at once: a call of the caller's matcher is not free.
const TEXT_SIZE: usize = 256 << 10;

/// Bytes of objects that wait for their regions to be searched.
const MAX_PENDING: usize = 16 << 20;

/// Bytes of memory that is kept for another object of any size.
const MAX_FREE: usize = 1 << 20;

/// Pieces of memory over `MAX_FREE` that are kept for other large objects: the system takes longer
/// to provide such a piece than a delta takes to fill it.
const MAX_FREE_LARGE: usize = 2;

/// Bytes of bases that are held for their deltas; a family that needs more is refused.
const MAX_HELD: usize = 256 << 20;

/// A literal in a text, by its number and its end.
pub type Found = (u32, usize);

/// The caller, who knows what to search for.
pub trait Caller {
    /// An error that ends the search.
    type Error;

    /// Return all literals in a text.
    fn search(&mut self, text: &[u8]) -> Result<Vec<Found>, Self::Error>;

    /// Return whether the text around a literal is harmless, wherever it occurs.
    fn is_clear(&mut self, hit: &Hit, window: &Window) -> Result<bool, Self::Error>;

    /// Look at an object.
    fn look(&mut self, number: u32, kind: u8, content: &[u8]) -> Result<(), Self::Error>;
}

/// What the caller searches for.
pub struct Request {
    /// Bytes of each literal.
    pub widths: Vec<usize>,
    /// Beginnings of objects that need a look.
    pub starts: Vec<Vec<u8>>,
    /// Beginnings of blobs that may be containers.
    pub containers: Beginnings,
    /// Bytes of the text before a literal on which its harmlessness depends.
    pub before: usize,
    /// Bytes of the text from the start of a literal on which its harmlessness depends.
    pub after: usize,
    /// Texts that proved to be harmless.
    pub memo: Memo,
}

/// Maximum number of texts that are remembered: 16 MB.
const MAX_TEXTS: usize = 500_000;

/// Remembers texts by two hashes with random keys: nobody can write two texts with the same ones.
#[derive(Default)]
pub struct Memo {
    keys: [RandomState; 2],
    seen: Mutex<HashSet<[u64; 2]>>,
}

impl Memo {
    fn hash(&self, literal: u32, window: &Window) -> [u64; 2] {
        let Window { text, at, is_cut } = window;
        self.keys.each_ref().map(|key| key.hash_one((literal, at, is_cut, text)))
    }

    fn contains(&self, text: [u64; 2]) -> bool {
        self.seen.lock().is_ok_and(|seen| seen.contains(&text))
    }

    fn add(&self, text: [u64; 2]) {
        if let Ok(mut seen) = self.seen.lock()
            && seen.len() < MAX_TEXTS
        {
            seen.insert(text);
        }
    }
}

impl Request {
    fn width(&self, literal: u32) -> usize {
        self.widths.get(literal as usize).copied().unwrap_or(0)
    }

    fn window<'a>(&self, content: &'a [u8], hit: &Hit) -> Window<'a> {
        let at = hit.end - self.width(hit.literal);
        let start = at.saturating_sub(self.before);
        let end = at + self.after;
        let text = &content[start..end.min(content.len())];
        Window { text, at: at - start, is_cut: end < content.len() }
    }

    fn margin(&self) -> usize {
        self.widths.iter().max().map_or(0, |longest| longest.saturating_sub(1))
    }

    fn is_special(&self, kind: u8, content: &[u8], has_nul: bool) -> bool {
        if self.starts.iter().any(|start| content.starts_with(start)) {
            return true;
        }
        has_nul || kind == BLOB && self.may_be_container(content)
    }

    /// Return whether a blob begins like a container, or is a tar, or ends like a zip.
    fn may_be_container(&self, content: &[u8]) -> bool {
        self.containers.begin(content)
            || content.get(257..262) == Some(b"ustar")
            || content.len() >= 22 && content[content.len() - 22..].starts_with(b"PK\x05\x06")
    }
}

/// A family that cannot be searched here, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    /// The number of the root.
    pub root: u32,
    /// The number of the entry.
    pub number: u32,
    /// What is wrong with it.
    pub damage: Damage,
}

/// What was searched.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Number of objects, without those of refused families.
    pub objects: u64,
    /// Bytes of these objects.
    pub bytes: u64,
    /// The number of each commit, and the result of `list_links`.
    pub commits: Vec<(u32, Vec<u8>)>,
    /// Families for another reader. The caller may have looked at some of their objects.
    pub refused: Vec<Refused>,
}

/// A literal in an object.
/// A literal in an object.
#[derive(Clone, Copy)]
pub struct Hit {
    /// Its end in the object.
    pub end: usize,
    /// Its number.
    pub literal: u32,
    /// Whether the text around it proved to be harmless.
    is_clear: bool,
}

/// The text on which the harmlessness of a literal depends.
pub struct Window<'a> {
    /// The text.
    pub text: &'a [u8],
    /// Where the literal starts in it.
    pub at: usize,
    /// Whether the object goes on after the text.
    pub is_cut: bool,
}

struct Node {
    content: Vec<u8>,
    /// Whether it may have text in UTF-16; never for a tree, whose entries end with NULs.
    has_nul: bool,
    /// The literals in the content; `None` if they were not searched.
    hits: RefCell<Option<Vec<Hit>>>,
}

struct Region {
    text_at: usize,
    at: usize,
    len: usize,
}

struct Pending {
    number: u32,
    kind: u8,
    is_special: bool,
    node: Rc<Node>,
    base: Option<Rc<Node>>,
    copies: Vec<Copy>,
    regions: Vec<Region>,
}

/// Searches the objects of batches.
pub struct Sieve<'a, C> {
    request: &'a Request,
    caller: &'a mut C,
    width: usize,
    inflater: Inflater,
    delta: Vec<u8>,
    text: Vec<u8>,
    pending: Vec<Pending>,
    pending_bytes: usize,
    free: Vec<Vec<u8>>,
    free_large: Vec<Vec<u8>>,
}

/// An object, its base, and what it copies from it.
type Built = (Rc<Node>, Option<Rc<Node>>, Vec<Copy>);

/// A base that is held until its last delta is built.
struct Held {
    node: Rc<Node>,
    deltas: u32,
}

impl<'a, C: Caller> Sieve<'a, C> {
    /// Return a sieve; the ids of objects have `width` bytes.
    pub fn new(request: &'a Request, caller: &'a mut C, width: usize) -> Self {
        Self {
            request,
            caller,
            width,
            inflater: Inflater::new(),
            delta: Vec::new(),
            text: Vec::with_capacity(TEXT_SIZE),
            pending: Vec::new(),
            pending_bytes: 0,
            free: Vec::new(),
            free_large: Vec::new(),
        }
    }

    /// Search a batch, and have the caller look at the objects that need it.
    pub fn search(&mut self, batch: &Batch) -> Result<Totals, C::Error> {
        let mut totals = Totals::default();
        let members = &batch.members;
        let mut start = 0;
        while start < members.len() {
            let family = members[start + 1..].iter().position(|one| one.base == NO_ENTRY);
            let end = family.map_or(members.len(), |count| start + 1 + count);
            self.search_family(batch, start, end, &mut totals)?;
            start = end;
        }
        self.flush()?;
        Ok(totals)
    }

    fn search_family(
        &mut self,
        batch: &Batch,
        start: usize,
        end: usize,
        totals: &mut Totals,
    ) -> Result<(), C::Error> {
        let mut held: Vec<Option<Held>> = Vec::with_capacity(end - start);
        let (mut held_bytes, mut bytes, mut kind) = (0, 0, 0);
        let mut commits = Vec::new();
        for member in &batch.members[start..end] {
            let built = self.build(batch, member, start, &held, &mut kind);
            let (node, base, copies) = match built {
                Ok(built) if held_bytes <= MAX_HELD => built,
                built => {
                    let root = batch.members[start].number;
                    let damage = built.err().unwrap_or(TOO_MANY_BASES);
                    totals.refused.push(Refused { root, number: member.number, damage });
                    return Ok(());
                }
            };
            bytes += node.content.len() as u64;
            if kind == COMMIT {
                commits.push((member.number, list_links(&node.content, self.width)));
            }
            if base.is_some() {
                held_bytes -= release(&mut held, member.base as usize - start);
            }
            if member.deltas > 0 {
                held_bytes += node.content.len();
            }
            let keeps = member.deltas > 0;
            held.push(keeps.then(|| Held { node: Rc::clone(&node), deltas: member.deltas }));
            self.add(member.number, kind, node, base, copies);
            if self.text.len() >= TEXT_SIZE || self.pending_bytes >= MAX_PENDING {
                self.flush()?;
            }
        }
        totals.objects += (end - start) as u64;
        totals.bytes += bytes;
        totals.commits.append(&mut commits);
        Ok(())
    }

    fn build(
        &mut self,
        batch: &Batch,
        member: &Member,
        start: usize,
        held: &[Option<Held>],
        kind: &mut u8,
    ) -> Result<Built, Damage> {
        let entry = &batch.data[member.bytes.clone()];
        let header = read_header(entry, self.width)?;
        if member.base == NO_ENTRY {
            if header.kind >= OFS_DELTA {
                return Err(Damage("a delta has no base"));
            }
            let mut content = self.free.pop().unwrap_or_default();
            *kind = header.kind;
            self.inflater.inflate(entry, &header, &mut content)?;
            check_end(&entry[header.len..], &content)?;
            let has_nul = *kind != TREE && memchr::memchr(0, &content).is_some();
            return Ok((new_node(content, has_nul), None, Vec::new()));
        }
        let base = held
            .get(member.base as usize - start)
            .and_then(Option::as_ref)
            .ok_or(Damage("a base is not held"))?;
        let is_large = base.node.content.len() > MAX_FREE; // so is mostly what is built from it
        let free = if is_large { &mut self.free_large } else { &mut self.free };
        let mut content = free.pop().unwrap_or_default();
        let copies = self.apply(entry, &header, &base.node, &mut content)?;
        if content.capacity() > content.len() + MAX_FREE {
            content.shrink_to_fit();
        }
        let has_nul = *kind != TREE && has_nul(&content, base.node.has_nul, &copies);
        Ok((new_node(content, has_nul), Some(Rc::clone(&base.node)), copies))
    }

    fn apply(
        &mut self,
        entry: &[u8],
        header: &Header,
        base: &Node,
        content: &mut Vec<u8>,
    ) -> Result<Vec<Copy>, Damage> {
        if header.kind < OFS_DELTA {
            return Err(Damage("an entry is no delta"));
        }
        self.inflater.inflate(entry, header, &mut self.delta)?;
        check_end(&entry[header.len..], &self.delta)?;
        let mut copies = Vec::new();
        delta::apply(&base.content, &self.delta, content, &mut copies)?;
        Ok(copies)
    }

    /// Add an object to those that wait, and what must be searched of it to the text.
    fn add(
        &mut self,
        number: u32,
        kind: u8,
        node: Rc<Node>,
        base: Option<Rc<Node>>,
        copies: Vec<Copy>,
    ) {
        let is_special = self.request.is_special(kind, &node.content, node.has_nul);
        let mut regions = Vec::new();
        if !is_special {
            let margin = self.request.margin();
            // A base that was not searched has unknown literals.
            let is_known = base.as_ref().is_some_and(|base| !is_unsearched(base));
            let copies = if is_known { copies.as_slice() } else { &[] };
            for (low, high) in list_changed(copies, node.content.len(), margin) {
                regions.push(Region { text_at: self.text.len(), at: low, len: high - low });
                self.text.extend_from_slice(&node.content[low..high]);
            }
            *node.hits.borrow_mut() = Some(Vec::new());
        }
        self.pending_bytes += node.content.len() + size_of::<Pending>();
        self.pending.push(Pending { number, kind, is_special, node, base, copies, regions });
    }

    /// Search the text, and have the caller look at the objects that need it.
    fn flush(&mut self) -> Result<(), C::Error> {
        let mut found = self.caller.search(&self.text)?;
        found.sort_unstable_by_key(|&(_, end)| end);
        let mut found = found.as_slice();
        for pending in std::mem::take(&mut self.pending) {
            let mut needs_look = pending.is_special;
            if !pending.is_special {
                let mut hits = self.list_hits(&pending, &mut found);
                if pending.kind == BLOB {
                    self.judge(&pending.node.content, &mut hits)?;
                }
                needs_look = hits.iter().any(|hit| !hit.is_clear);
                *pending.node.hits.borrow_mut() = Some(hits);
            }
            if needs_look {
                self.caller.look(pending.number, pending.kind, &pending.node.content)?;
            }
            let Pending { node, base, .. } = pending;
            self.recycle(node);
            if let Some(base) = base {
                self.recycle(base);
            }
        }
        self.text.clear();
        self.pending_bytes = 0;
        Ok(())
    }

    /// Mark the literals whose texts are harmless.
    fn judge(&mut self, content: &[u8], hits: &mut [Hit]) -> Result<(), C::Error> {
        for hit in hits.iter_mut().filter(|hit| !hit.is_clear) {
            let window = self.request.window(content, hit);
            let text = self.request.memo.hash(hit.literal, &window);
            hit.is_clear = self.request.memo.contains(text);
            if !hit.is_clear && self.caller.is_clear(hit, &window)? {
                hit.is_clear = true;
                self.request.memo.add(text);
            }
        }
        Ok(())
    }

    /// Keep the memory of an object that nothing refers to for another one.
    fn recycle(&mut self, node: Rc<Node>) {
        let Some(node) = Rc::into_inner(node) else { return };
        if node.content.capacity() > MAX_FREE {
            self.free_large.push(node.content);
            self.free_large.truncate(MAX_FREE_LARGE);
        } else if self.free.len() < 64 {
            self.free.push(node.content);
        }
    }

    /// Return the literals in an object, and take those in its regions from `found`.
    fn list_hits(&self, pending: &Pending, found: &mut &[Found]) -> Vec<Hit> {
        let mut hits = self.list_copied_hits(pending);
        for region in &pending.regions {
            let end = region.text_at + region.len;
            let count = found.partition_point(|&(_, at)| at <= end);
            let (here, after) = found.split_at(count);
            *found = after;
            for &(literal, at) in here {
                let width = self.request.width(literal);
                if at >= region.text_at + width {
                    let end = at - region.text_at + region.at;
                    hits.push(Hit { end, literal, is_clear: false });
                }
            }
        }
        // A literal in a copy near a seam is found twice; the one in the copy may be clear.
        hits.sort_unstable_by_key(|hit| (hit.end, hit.literal, !hit.is_clear));
        hits.dedup_by_key(|hit| (hit.end, hit.literal));
        hits
    }

    fn list_copied_hits(&self, pending: &Pending) -> Vec<Hit> {
        let mut copied = Vec::new();
        let Some(base) = &pending.base else {
            return copied;
        };
        let hits = base.hits.borrow();
        let Some(hits) = hits.as_ref().filter(|hits| !hits.is_empty()) else {
            return copied;
        };
        let sizes = (base.content.len(), pending.node.content.len());
        for copy in &pending.copies {
            let first = hits.partition_point(|hit| hit.end < copy.from);
            for hit in &hits[first..] {
                if hit.end > copy.from + copy.len {
                    break;
                }
                let width = self.request.width(hit.literal);
                let at = hit.end - width;
                if at >= copy.from {
                    copied.push(Hit {
                        end: hit.end - copy.from + copy.at,
                        literal: hit.literal,
                        is_clear: hit.is_clear && self.copies_window(at, copy, sizes),
                    });
                }
            }
        }
        copied
    }

    /// Return whether a copy has all of the text on which a look at a literal depends.
    fn copies_window(&self, at: usize, copy: &Copy, (base, object): (usize, usize)) -> bool {
        let left = match at.checked_sub(self.request.before) {
            Some(start) => start >= copy.from,
            None => copy.from == 0 && copy.at == 0,
        };
        let end = at + self.request.after;
        let right = if end < base {
            end < copy.from + copy.len
        } else {
            copy.from + copy.len == base && copy.end() == object
        };
        left && right
    }
}

const TOO_MANY_BASES: Damage = Damage("too many bases must be held in memory");

fn new_node(content: Vec<u8>, has_nul: bool) -> Rc<Node> {
    Rc::new(Node { content, has_nul, hits: RefCell::new(None) })
}

fn is_unsearched(node: &Node) -> bool {
    node.hits.borrow().is_none()
}

/// Count a delta of a base as built; return the bytes that are no longer held.
fn release(held: &mut [Option<Held>], position: usize) -> usize {
    let Some(slot) = held.get_mut(position) else {
        return 0;
    };
    let Some(base) = slot else { return 0 };
    base.deltas -= 1;
    if base.deltas > 0 {
        return 0;
    }
    let size = base.node.content.len();
    *slot = None;
    size
}

fn has_nul(content: &[u8], base_has_nul: bool, copies: &[Copy]) -> bool {
    if base_has_nul {
        return memchr::memchr(0, content).is_some();
    }
    list_changed(copies, content.len(), 0)
        .into_iter()
        .any(|(low, high)| memchr::memchr(0, &content[low..high]).is_some())
}

/// List the parts of an object that are in no copy, or within `margin` bytes of its ends.
fn list_changed(copies: &[Copy], size: usize, margin: usize) -> Vec<(usize, usize)> {
    let mut changed: Vec<(usize, usize)> = Vec::new();
    let mut add = |low: usize, high: usize, is_seam: bool| {
        if low == high && !is_seam {
            return;
        }
        let low = low.saturating_sub(margin);
        let high = (high + margin).min(size);
        match changed.last_mut() {
            Some(last) if low <= last.1 => last.1 = last.1.max(high),
            _ if low < high => changed.push((low, high)),
            _ => {}
        }
    };
    let mut end = 0;
    for copy in copies {
        add(end, copy.at, end > 0);
        end = copy.end();
    }
    add(end, size, false);
    changed
}
