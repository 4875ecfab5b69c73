//! Git's delta format (gitformat-pack): copies from a base object, and new bytes between them.

use crate::entry::{Damage, MAX_OBJECT};

/// A run of bytes that an object has in common with its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Offset in the object.
    pub at: usize,
    /// Offset in the base.
    pub from: usize,
    /// Number of bytes.
    pub len: usize,
}

impl Copy {
    /// Return the offset after the run, in the object.
    pub fn end(&self) -> usize {
        self.at + self.len
    }
}

/// Build an object from its base, and list its copies; adjacent copies of adjacent bytes are one.
///
/// The result is in `object` and `copies`, which are cleared first.
pub fn apply(
    base: &[u8],
    delta: &[u8],
    object: &mut Vec<u8>,
    copies: &mut Vec<Copy>,
) -> Result<(), Damage> {
    object.clear();
    copies.clear();
    let mut rest = delta;
    let base_size = read_size(&mut rest)?;
    let size = read_size(&mut rest)?;
    if base_size != base.len() {
        return Err(Damage("a delta names another size of its base"));
    }
    if size > MAX_OBJECT {
        return Err(Damage("an object is too large"));
    }
    object.reserve_exact(size);
    while let Some((&instruction, after)) = rest.split_first() {
        rest = after;
        let bytes = if instruction & 0x80 != 0 {
            let (from, len) = read_copy(instruction, &mut rest)?;
            let end = from.checked_add(len).ok_or(OUTSIDE_BASE)?;
            let bytes = base.get(from..end).ok_or(OUTSIDE_BASE)?;
            add_copy(copies, Copy { at: object.len(), from, len });
            bytes
        } else {
            if instruction == 0 {
                return Err(Damage("a delta has an instruction that is reserved"));
            }
            take(&mut rest, instruction.into())?
        };
        if bytes.len() > size - object.len() {
            return Err(Damage("a delta builds more bytes than it says"));
        }
        object.extend_from_slice(bytes);
    }
    if object.len() != size {
        return Err(Damage("a delta builds fewer bytes than it says"));
    }
    Ok(())
}

const OUTSIDE_BASE: Damage = Damage("a delta copies bytes that its base lacks");

fn add_copy(copies: &mut Vec<Copy>, copy: Copy) {
    match copies.last_mut() {
        Some(last) if last.end() == copy.at && last.from + last.len == copy.from => {
            last.len += copy.len;
        }
        _ => copies.push(copy),
    }
}

/// Read the offset and the length of a copy: one byte for each of the seven low bits.
fn read_copy(instruction: u8, rest: &mut &[u8]) -> Result<(usize, usize), Damage> {
    let mut fields = [0_u8; 7];
    for (bit, field) in fields.iter_mut().enumerate() {
        if instruction >> bit & 1 != 0 {
            *field = take(rest, 1)?[0];
        }
    }
    let [a, b, c, d, e, f, g] = fields;
    let from = u32::from_le_bytes([a, b, c, d]) as usize;
    let len = u32::from_le_bytes([e, f, g, 0]) as usize;
    Ok((from, if len == 0 { 0x10000 } else { len }))
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Result<&'a [u8], Damage> {
    let (taken, after) = rest.split_at_checked(count).ok_or(Damage("a delta is cut short"))?;
    *rest = after;
    Ok(taken)
}

/// Read one of the two sizes at the start of a delta: seven bits a byte, the low ones first.
fn read_size(rest: &mut &[u8]) -> Result<usize, Damage> {
    let mut size = 0_usize;
    for shift in (0..).step_by(7) {
        let byte = take(rest, 1)?[0];
        let bits = usize::from(byte & 0x7f);
        if bits != 0 && (shift >= usize::BITS || bits << shift >> shift != bits) {
            return Err(Damage("a delta has a size that no computer holds"));
        }
        size |= bits.checked_shl(shift).unwrap_or(0);
        if byte < 0x80 {
            break;
        }
        if shift > 70 {
            return Err(Damage("a delta has a size of too many bytes"));
        }
    }
    Ok(size)
}
