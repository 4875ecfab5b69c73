//! Beginnings of files that name their formats.

use std::collections::HashMap;

/// Texts of at least two bytes, found by these.
#[derive(Default)]
pub struct Beginnings(HashMap<[u8; 2], Vec<Vec<u8>>>);

impl Beginnings {
    /// Return these beginnings; a shorter one is left out.
    pub fn new(beginnings: Vec<Vec<u8>>) -> Self {
        let mut by_pair: HashMap<[u8; 2], Vec<Vec<u8>>> = HashMap::new();
        for beginning in beginnings {
            if let Some(&pair) = beginning.first_chunk() {
                by_pair.entry(pair).or_default().push(beginning);
            }
        }
        Self(by_pair)
    }

    /// Return whether a content has one of these beginnings.
    pub fn begin(&self, content: &[u8]) -> bool {
        let pair = content.first_chunk().and_then(|pair| self.0.get(pair));
        pair.is_some_and(|some| some.iter().any(|beginning| content.starts_with(beginning)))
    }
}
