//! The entries of a pack (gitformat-pack): a header, and compressed bytes.

use libdeflater::{Decompressor, adler32};
use memchr::memmem;

/// Bytes of an object, or of a delta, that are held in memory; git reads larger ones.
pub const MAX_OBJECT: usize = 64 << 20;

/// The kind of a commit, as packs number it.
pub const COMMIT: u8 = 1;
/// The kind of a blob.
pub const BLOB: u8 = 3;
/// The kind of a tree.
pub const TREE: u8 = 2;
/// The kind of a delta whose base is given by its distance.
pub const OFS_DELTA: u8 = 6;
/// The kind of a delta whose base is given by its id.
pub const REF_DELTA: u8 = 7;

/// Why an entry cannot be read here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage(pub &'static str);

/// The header of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Kind of the object, or of the delta.
    pub kind: u8,
    /// Inflated size of the object, or of the delta.
    pub size: u64,
    /// Distance back to the base of an `OFS_DELTA`.
    pub distance: u64,
    /// Bytes of the header; the id of a base ends it.
    pub len: usize,
}

/// Read the header at the start of `entry`; the ids of objects have `width` bytes.
pub fn read_header(entry: &[u8], width: usize) -> Result<Header, Damage> {
    const CUT: Damage = Damage("a header is cut short");
    let mut bytes = entry.iter();
    let mut next = || bytes.next().copied().ok_or(CUT);
    let mut byte = next()?;
    let kind = byte >> 4 & 7;
    let mut size = u64::from(byte & 15);
    let mut shift = 4;
    while byte & 0x80 != 0 {
        byte = next()?;
        let bits = u64::from(byte & 0x7f);
        if bits != 0 && (shift >= 64 || bits << shift >> shift != bits) {
            return Err(Damage("a header has a size that no computer holds"));
        }
        size |= bits.checked_shl(shift).unwrap_or(0);
        shift = shift.saturating_add(7);
    }
    let mut distance = 0;
    if kind == OFS_DELTA {
        byte = next()?;
        distance = u64::from(byte & 0x7f);
        while byte & 0x80 != 0 {
            byte = next()?;
            distance = distance
                .checked_add(1)
                .and_then(|one| one.checked_mul(128))
                .ok_or(Damage("a distance is larger than any pack"))?
                | u64::from(byte & 0x7f);
        }
    }
    let mut len = entry.len() - bytes.len();
    if kind == REF_DELTA {
        len += width;
    }
    if len > entry.len() {
        return Err(CUT);
    }
    Ok(Header { kind, size, distance, len })
}

/// Check that no bytes follow the compressed content of an entry: no object has them.
///
/// A stream ends with its checksum, which hardly ever occurs in it by chance.
pub fn check_end(packed: &[u8], content: &[u8]) -> Result<(), Damage> {
    let checksum = adler32(content).to_be_bytes();
    if memmem::find(packed, &checksum).map(|at| at + checksum.len()) == Some(packed.len()) {
        return Ok(());
    }
    Err(Damage("bytes may follow an entry"))
}

/// Inflates entries into memory of the size that their headers name.
pub struct Inflater {
    decompressor: Decompressor,
}

impl Inflater {
    /// Return an inflater, which can be used again and again.
    pub fn new() -> Self {
        Self { decompressor: Decompressor::new() }
    }

    /// Inflate the content of an entry into `content`.
    pub fn inflate(
        &mut self,
        entry: &[u8],
        header: &Header,
        content: &mut Vec<u8>,
    ) -> Result<(), Damage> {
        let size = usize::try_from(header.size).unwrap_or(usize::MAX);
        if size > MAX_OBJECT {
            return Err(Damage("an object is too large"));
        }
        // deflate expands at most 1032 times: a lie about the size must not cost memory
        if size / 1032 > entry.len() {
            return Err(Damage("an entry is too short for its size"));
        }
        content.resize(size, 0);
        match self.decompressor.zlib_decompress(&entry[header.len..], content) {
            Ok(written) if written == size => Ok(()),
            Ok(_) => Err(Damage("an entry inflates to fewer bytes than it says")),
            Err(_) => Err(Damage("an entry does not inflate to the bytes that it says")),
        }
    }
}

impl Default for Inflater {
    fn default() -> Self {
        Self::new()
    }
}
