//! Packs: the entries, the deltas between them, and batches of whole delta families.

use crate::entry::{Damage, Header, OFS_DELTA, REF_DELTA, read_header};
use std::fs::File;
use std::io;
use std::ops::Range;

/// The number of an entry that does not exist.
pub const NO_ENTRY: u32 = u32::MAX;

/// Bytes of a header that are read: a size of ten bytes, and an id of 32 or a distance of ten.
const MAX_HEADER: usize = 64;

/// Bytes between two entries that are read rather than skipped: a call costs as much.
const MAX_GAP: u64 = 2 << 10;

/// Bytes that are read at once for headers.
const WINDOW: u64 = 1 << 20;

/// Compressed bytes of a family that is read here.
const MAX_FAMILY: u64 = 128 << 20;

/// The family of a root has too many compressed bytes.
pub const TOO_LARGE: Damage = Damage("a family of deltas is too large");

/// The bytes of a pack.
pub trait Bytes {
    /// Read the bytes at an offset into `to`; return how many there are.
    fn read(&self, at: u64, to: &mut [u8]) -> io::Result<usize>;

    /// Append the bytes of a range to `to`, as far as the pack has them.
    fn read_range(&self, range: Range<u64>, to: &mut Vec<u8>) -> io::Result<()> {
        let (start, mut at) = (to.len(), to.len());
        to.resize(start + range.end.saturating_sub(range.start) as usize, 0);
        while at < to.len() {
            match self.read(range.start + (at - start) as u64, &mut to[at..])? {
                0 => break,
                count => at += count,
            }
        }
        to.truncate(at);
        Ok(())
    }
}

impl Bytes for &[u8] {
    fn read(&self, at: u64, to: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(at).unwrap_or(usize::MAX).min(self.len());
        let count = to.len().min(self.len() - start);
        to[..count].copy_from_slice(&self[start..start + count]);
        Ok(count)
    }
}

impl Bytes for File {
    #[cfg(unix)]
    fn read(&self, at: u64, to: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, to, at)
    }

    #[cfg(windows)]
    fn read(&self, at: u64, to: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(self, to, at)
    }
}

/// The entries of a pack, numbered in the order of the file.
#[derive(Default)]
pub struct Pack {
    /// Bytes of an object id.
    pub width: usize,
    /// Start of each entry, and the end of the last one.
    pub offsets: Vec<u64>,
    /// For each entry, the first of its deltas.
    pub first_delta: Vec<u32>,
    /// For each delta, the next delta of the same base.
    pub next_delta: Vec<u32>,
}

/// An entry of a batch.
#[derive(Clone, Debug)]
pub struct Member {
    /// The number of the entry in its pack.
    pub number: u32,
    /// The position of its base in the batch, or `NO_ENTRY` for the root of a family.
    pub base: u32,
    /// The number of deltas of this entry.
    pub deltas: u32,
    /// Where its bytes are in the batch.
    pub bytes: Range<usize>,
}

/// Whole delta families, each in an order in which an entry follows its base.
#[derive(Default)]
pub struct Batch {
    /// The compressed entries, with their headers.
    pub data: Vec<u8>,
    /// The entries; those of one family are adjacent.
    pub members: Vec<Member>,
    /// Compressed bytes of the entries.
    pub size: u64,
}

impl Pack {
    /// Return the families of some of the next roots, of about `size` compressed bytes, not loaded.
    ///
    /// `refuse` is called for a root whose family is too large.
    pub fn gather<E>(
        &self,
        roots: &mut impl Iterator<Item = u32>,
        size: u64,
        mut refuse: impl FnMut(u32) -> Result<(), E>,
    ) -> Result<Batch, E> {
        let mut batch = Batch::default();
        while batch.size < size
            && let Some(root) = roots.next()
        {
            if !self.add_family(root, &mut batch, MAX_FAMILY) {
                refuse(root)?;
            }
        }
        Ok(batch)
    }

    /// Append the family of a root to a batch; false if it has over `limit` compressed bytes.
    pub fn add_family(&self, root: u32, batch: &mut Batch, limit: u64) -> bool {
        let first = batch.members.len();
        let mut size = 0;
        let mut pending = vec![(root, NO_ENTRY)];
        while let Some((number, base)) = pending.pop() {
            let range = self.range(number).unwrap_or(0..0);
            size += range.end.saturating_sub(range.start);
            if size > limit || range.is_empty() {
                batch.members.truncate(first);
                return false;
            }
            let position = batch.members.len() as u32;
            let before = pending.len();
            let mut delta = link(&self.first_delta, number);
            while delta != NO_ENTRY {
                pending.push((delta, position));
                delta = link(&self.next_delta, delta);
            }
            let deltas = (pending.len() - before) as u32;
            batch.members.push(Member { number, base, deltas, bytes: 0..0 });
        }
        batch.size += size;
        true
    }

    /// Read the entries of a batch; few entries are adjacent, so those between them are read too.
    pub fn load(&self, bytes: &impl Bytes, batch: &mut Batch) -> io::Result<()> {
        let mut order: Vec<(Range<u64>, usize)> = Vec::with_capacity(batch.members.len());
        for (position, member) in batch.members.iter().enumerate() {
            order.push((self.range(member.number).unwrap_or(0..0), position));
        }
        order.sort_unstable_by_key(|(range, _)| range.start);
        let mut order = order.as_slice();
        while let Some((first, _)) = order.first() {
            let (start, mut end, mut count) = (first.start, first.start, 0);
            while let Some((range, _)) = order.get(count)
                && range.start <= end + MAX_GAP
            {
                end = end.max(range.end);
                count += 1;
            }
            let at = batch.data.len();
            bytes.read_range(start..end, &mut batch.data)?;
            for (range, position) in &order[..count] {
                let place = |offset: u64| (at + (offset - start) as usize).min(batch.data.len());
                batch.members[*position].bytes = place(range.start)..place(range.end);
            }
            order = &order[count..];
        }
        Ok(())
    }

    fn range(&self, number: u32) -> Option<Range<u64>> {
        let at = number as usize;
        Some(*self.offsets.get(at)?..*self.offsets.get(at + 1)?)
    }
}

fn link(links: &[u32], number: u32) -> u32 {
    links.get(number as usize).copied().unwrap_or(NO_ENTRY)
}

/// The headers of all entries of a pack.
#[derive(Default)]
pub struct Headers {
    /// Kind of each entry.
    pub kinds: Vec<u8>,
    /// Bytes of each header.
    pub sizes: Vec<u8>,
    /// Inflated size of each entry that is larger than asked for.
    pub large: Vec<(u32, u64)>,
    /// For each entry, the first of its deltas.
    pub first_delta: Vec<u32>,
    /// For each delta, the next delta of the same base.
    pub next_delta: Vec<u32>,
    /// Deltas whose base is given by its id, or is not an entry.
    pub unlinked: Vec<u32>,
}

/// Read the headers of the entries at `offsets`, the last of which is the end, and link the deltas.
pub fn read_headers(
    bytes: &impl Bytes,
    offsets: &[u64],
    width: usize,
    large: u64,
) -> Result<Headers, (u32, Damage)> {
    let count = offsets.len().saturating_sub(1);
    let mut headers = Headers {
        kinds: Vec::with_capacity(count),
        sizes: Vec::with_capacity(count),
        first_delta: vec![NO_ENTRY; count],
        next_delta: vec![NO_ENTRY; count],
        ..Headers::default()
    };
    let (mut window, mut start) = (Vec::new(), 0);
    for (number, &offset) in offsets.iter().take(count).enumerate() {
        if offset < start || offset - start + MAX_HEADER as u64 > window.len() as u64 {
            window.clear();
            start = offset;
            let read = bytes.read_range(start..start.saturating_add(WINDOW), &mut window);
            read.map_err(|_| (number as u32, Damage("the pack cannot be read")))?;
        }
        let entry = &window[(offset - start) as usize..];
        let entry = &entry[..entry.len().min(MAX_HEADER)];
        let header = read_header(entry, width).map_err(|damage| (number as u32, damage))?;
        headers.add(number, &header, offset, offsets, large);
    }
    Ok(headers)
}

impl Headers {
    fn add(&mut self, number: usize, header: &Header, offset: u64, offsets: &[u64], large: u64) {
        self.kinds.push(header.kind);
        self.sizes.push(header.len as u8);
        if header.size > large {
            self.large.push((number as u32, header.size));
        }
        if header.kind == REF_DELTA {
            self.unlinked.push(number as u32);
        } else if header.kind == OFS_DELTA {
            let base = offset.checked_sub(header.distance).unwrap_or(u64::MAX);
            match offsets[..number].binary_search(&base) {
                Ok(base) => {
                    self.next_delta[number] = self.first_delta[base];
                    self.first_delta[base] = number as u32;
                }
                Err(_) => self.unlinked.push(number as u32),
            }
        }
    }
}
