//! Packs written by hand, and numbers that look random.

#![allow(dead_code)] // each test file uses a part

use libdeflater::{CompressionLvl, Compressor};
use wakeyscan_native::pack::{self, Batch, read_headers};

/// Numbers that look random (xorshift), the same in every run.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

pub fn compress(content: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut packed = vec![0; compressor.zlib_compress_bound(content.len())];
    let size = compressor.zlib_compress(content, &mut packed).unwrap();
    packed.truncate(size);
    packed
}

pub fn format_header(kind: u8, size: usize) -> Vec<u8> {
    let mut header = vec![kind << 4 | (size & 15) as u8];
    let mut rest = size >> 4;
    while rest > 0 {
        *header.last_mut().unwrap() |= 0x80;
        header.push((rest & 0x7f) as u8);
        rest >>= 7;
    }
    header
}

pub fn format_distance(mut distance: u64) -> Vec<u8> {
    let mut bytes = vec![(distance & 0x7f) as u8];
    while distance >> 7 > 0 {
        distance = (distance >> 7) - 1;
        bytes.insert(0, (distance & 0x7f) as u8 | 0x80);
    }
    bytes
}

pub fn format_size(mut size: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while size > 0x7f {
        bytes.push(size as u8 | 0x80);
        size >>= 7;
    }
    bytes.push(size as u8);
    bytes
}

pub fn format_copy(from: usize, len: usize) -> Vec<u8> {
    let (mut instruction, mut fields) = (0x80, Vec::new());
    let bytes = [&(from as u32).to_le_bytes()[..], &((len & 0xffff) as u32).to_le_bytes()[..3]];
    for (bit, &byte) in bytes.concat().iter().enumerate() {
        if byte != 0 {
            instruction |= 1 << bit;
            fields.push(byte);
        }
    }
    [vec![instruction], fields].concat()
}

/// A part of a delta.
#[derive(Clone, Debug)]
pub enum Part {
    Copy(usize, usize),
    Insert(Vec<u8>),
}

pub fn format_delta(base: usize, parts: &[Part]) -> Vec<u8> {
    let size = parts.iter().map(|part| match part {
        Part::Copy(_, len) => *len,
        Part::Insert(bytes) => bytes.len(),
    });
    let mut delta = [format_size(base), format_size(size.sum())].concat();
    for part in parts {
        match part {
            Part::Copy(from, len) => {
                for start in (0..*len).step_by(0x10000) {
                    delta.extend(format_copy(from + start, (len - start).min(0x10000)));
                }
            }
            Part::Insert(bytes) => {
                for chunk in bytes.chunks(127) {
                    delta.push(chunk.len() as u8);
                    delta.extend_from_slice(chunk);
                }
            }
        }
    }
    delta
}

pub fn build_object(base: &[u8], parts: &[Part]) -> Vec<u8> {
    let bytes = parts.iter().map(|part| match part {
        Part::Copy(from, len) => base[*from..from + len].to_vec(),
        Part::Insert(bytes) => bytes.clone(),
    });
    bytes.collect::<Vec<_>>().concat()
}

/// A pack in the making.
pub struct Writer {
    pub bytes: Vec<u8>,
    pub offsets: Vec<u64>,
}

impl Writer {
    pub fn new() -> Self {
        Self { bytes: b"PACK\0\0\0\x02\0\0\0\0".to_vec(), offsets: Vec::new() }
    }

    pub fn add(&mut self, kind: u8, content: &[u8]) -> usize {
        self.add_entry(&format_header(kind, content.len()), content)
    }

    pub fn add_delta(&mut self, base: usize, delta: &[u8]) -> usize {
        let distance = self.bytes.len() as u64 - self.offsets[base];
        let header = [format_header(6, delta.len()), format_distance(distance)].concat();
        self.add_entry(&header, delta)
    }

    pub fn add_entry(&mut self, header: &[u8], content: &[u8]) -> usize {
        self.offsets.push(self.bytes.len() as u64);
        self.bytes.extend_from_slice(header);
        self.bytes.extend(compress(content));
        self.offsets.len() - 1
    }

    /// Return the pack and a batch of all its families.
    pub fn load(&self) -> (pack::Pack, Batch) {
        let mut offsets = self.offsets.clone();
        offsets.push(self.bytes.len() as u64);
        let bytes = self.bytes.as_slice();
        let headers = read_headers(&bytes, &offsets, 20, 1 << 20).unwrap();
        let roots = (0..).zip(&headers.kinds).filter(|(_, kind)| **kind < 6);
        let roots: Vec<u32> = roots.map(|(number, _)| number).collect();
        let pack = pack::Pack {
            width: 20,
            offsets,
            first_delta: headers.first_delta,
            next_delta: headers.next_delta,
        };
        let mut batch = Batch::default();
        for root in roots {
            assert!(pack.add_family(root, &mut batch, 1 << 30));
        }
        pack.load(&bytes, &mut batch).unwrap();
        (pack, batch)
    }
}
