//! The objects of a pack index, and their numbers.

use crate::entry::Damage;

/// Return the position in an index of each entry, in the order of the pack.
pub fn sort_entries(offsets: &[u64]) -> Vec<u32> {
    let mut order: Vec<(u64, u32)> = offsets.iter().copied().zip(0..).collect();
    order.sort_unstable();
    order.into_iter().map(|(_, position)| position).collect()
}

/// Return the number of each entry of an index, in the order of the pack, by its position.
pub fn number_entries(offsets: &[u64]) -> Vec<u32> {
    let mut numbers = vec![0; offsets.len()];
    for (position, number) in sort_entries(offsets).into_iter().zip(0..) {
        numbers[position as usize] = number;
    }
    numbers
}

/// The objects of a pack index, and their numbers.
pub struct Ids {
    width: usize,
    ids: Vec<u8>,
    /// For each two bytes, the position of the first id that begins with these or with later ones.
    fanout: Vec<u32>,
    /// The next four bytes of each id: a search in all ids would read far more memory.
    keys: Vec<u32>,
    numbers: Vec<u32>,
}

impl Ids {
    /// Return the objects with `ids`, which ascend; `numbers` are those of their entries.
    pub fn new(ids: Vec<u8>, numbers: Vec<u32>, width: usize) -> Result<Self, Damage> {
        let count = ids.len() / width.max(1);
        if count != numbers.len() || ids.len() != count * width {
            return Err(Damage("an index has not one number for each id"));
        }
        let prefix = |position: usize| {
            let at = position * width;
            usize::from(u16::from_be_bytes([ids[at], ids[at + 1]]))
        };
        let mut fanout = Vec::with_capacity((1 << 16) + 1);
        let mut position = 0;
        for start in 0..=1 << 16 {
            while position < count && prefix(position) < start {
                position += 1;
            }
            fanout.push(position as u32);
        }
        let keys = ids.chunks_exact(width).map(read_key).collect();
        Ok(Self { width, ids, fanout, keys, numbers })
    }

    /// Return the number of entries.
    pub fn count(&self) -> u32 {
        self.numbers.len() as u32
    }

    /// Return the number of the entry with an id.
    pub fn find(&self, id: &[u8]) -> Option<u32> {
        let prefix = usize::from(u16::from_be_bytes([id[0], id[1]]));
        let (low, high) = (self.fanout[prefix] as usize, self.fanout[prefix + 1] as usize);
        let key = read_key(id);
        let first = low + self.keys[low..high].partition_point(|&other| other < key);
        for position in first..high {
            if self.keys[position] != key {
                return None;
            }
            let at = position * self.width;
            if &self.ids[at..at + self.width] == id {
                return self.numbers.get(position).copied();
            }
        }
        None
    }
}

fn read_key(id: &[u8]) -> u32 {
    u32::from_be_bytes([id[2], id[3], id[4], id[5]])
}
