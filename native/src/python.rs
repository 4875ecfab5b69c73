//! The module that Python imports.

use crate::beginnings::Beginnings;
use crate::entry::Damage;
use crate::history::{self, Pair};
use crate::ids::{Ids, number_entries, sort_entries};
use crate::listing::Changed;
use crate::objects::Objects;
use crate::pack::{self, TOO_LARGE};
use crate::sieve::{Caller, Found, Hit, Memo, Request, Sieve, Totals, Window};
use pyo3::buffer::PyBuffer;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBytes, PyList};
use std::collections::HashSet;
use std::fs::File;
use std::path::PathBuf;

/// Compressed bytes that are copied out of a pack at once.
const BATCH_SIZE: u64 = 8 << 20;

fn to_links(links: &[i32]) -> Vec<u32> {
    // -1 is NO_ENTRY in two's complement
    links.iter().map(|&link| u32::from_ne_bytes(link.to_ne_bytes())).collect()
}

/// The entries of a pack, and the deltas between them.
#[pyclass(frozen, module = "wakeyscan_native")]
struct Pack {
    file: File,
    pack: pack::Pack,
}

#[pymethods]
impl Pack {
    #[new]
    fn new(
        py: Python<'_>,
        path: PathBuf,
        offsets: PyBuffer<u64>,
        first_delta: PyBuffer<i32>,
        next_delta: PyBuffer<i32>,
        width: usize,
    ) -> PyResult<Self> {
        let pack = pack::Pack {
            width,
            offsets: offsets.to_vec(py)?,
            first_delta: to_links(&first_delta.to_vec(py)?),
            next_delta: to_links(&next_delta.to_vec(py)?),
        };
        Ok(Self { file: File::open(path)?, pack })
    }
}

/// What `sieve` searches for.
#[pyclass(frozen, module = "wakeyscan_native", name = "Request")]
struct PyRequest(Request);

#[pymethods]
impl PyRequest {
    #[new]
    fn new(
        widths: Vec<usize>,
        starts: Vec<Vec<u8>>,
        container_starts: Vec<Vec<u8>>,
        before: usize,
        after: usize,
    ) -> Self {
        let containers = Beginnings::new(container_starts);
        Self(Request { widths, starts, containers, before, after, memo: Memo::default() })
    }
}

struct PyCaller {
    search: Py<PyAny>,
    is_clear: Py<PyAny>,
    look: Py<PyAny>,
}

impl Caller for PyCaller {
    type Error = PyErr;

    fn search(&mut self, text: &[u8]) -> PyResult<Vec<Found>> {
        Python::attach(|py| {
            let found = self.search.call1(py, (PyBytes::new(py, text),))?;
            found.extract::<Vec<Found>>(py)
        })
    }

    fn is_clear(&mut self, hit: &Hit, window: &Window) -> PyResult<bool> {
        Python::attach(|py| {
            let text = PyBytes::new(py, window.text);
            let values = (hit.literal, text, window.at, window.is_cut);
            self.is_clear.call1(py, values)?.extract::<bool>(py)
        })
    }

    fn look(&mut self, number: u32, kind: u8, content: &[u8]) -> PyResult<()> {
        Python::attach(|py| {
            let content = PyBytes::new(py, content);
            self.look.call1(py, (number, kind, content)).map(drop)
        })
    }
}

type Sifted = (u64, u64, Vec<Vec<u8>>, Vec<(u32, u32, &'static str)>);

/// Call `look(number, kind, content)` for the objects that need a look, bases first.
///
/// `search(text)` returns the numbers and the ends of all literals in a text. `is_clear(literal,
/// text, at, is_cut)` returns whether a literal that starts `at` bytes into the text is harmless,
/// wherever this text occurs again; `is_cut` says whether more follows. Return the number of objects, their bytes, the number and the links of each commit, and the refused families: root,
/// entry and reason. The results of `look` for objects of these are to be dropped.
#[pyfunction]
fn sieve(
    py: Python<'_>,
    pack: &Pack,
    roots: Vec<u32>,
    request: &PyRequest,
    search: Py<PyAny>,
    is_clear: Py<PyAny>,
    look: Py<PyAny>,
) -> PyResult<Sifted> {
    let mut caller = PyCaller { search, is_clear, look };
    let (mut objects, mut bytes) = (0, 0);
    let (mut commits, mut refused) = (Vec::new(), Vec::new());
    let mut roots = roots.into_iter().peekable();
    py.detach(|| {
        while roots.peek().is_some() {
            let mut batch = pack.pack.gather(&mut roots, BATCH_SIZE, |root| {
                refused.push((root, root, TOO_LARGE.0));
                PyResult::Ok(())
            })?;
            pack.pack.load(&pack.file, &mut batch).map_err(PyErr::from)?;
            let mut sieve = Sieve::new(&request.0, &mut caller, pack.pack.width);
            let totals: Totals = sieve.search(&batch)?;
            objects += totals.objects;
            bytes += totals.bytes;
            commits.extend(totals.commits.into_iter().map(format_commit));
            refused.extend(totals.refused.iter().map(|one| (one.root, one.number, one.damage.0)));
        }
        PyResult::Ok(())
    })?;
    Ok((objects, bytes, commits, refused))
}

/// Return a line: the number of a commit, and its links.
fn format_commit((number, links): (u32, Vec<u8>)) -> Vec<u8> {
    let mut line = format!("{number} ").into_bytes();
    line.extend(links);
    line
}

/// The headers of all entries of a pack, numbered in the order of the file.
///
/// `offsets` has the start of each entry and the end of the last one; `positions` where each entry was
/// in the list of offsets that was given; `large` the inflated sizes
/// over a limit; `first_delta` the first delta of each entry and `next_delta` the next one of the
/// same base, or -1; `unlinked` the deltas that name their base by its id, or whose base is no entry.
#[pyclass(frozen, get_all, module = "wakeyscan_native")]
struct Headers {
    offsets: Py<PyBytes>,
    positions: Py<PyBytes>,
    kinds: Py<PyBytes>,
    sizes: Py<PyBytes>,
    large: Vec<(u32, u64)>,
    first_delta: Py<PyBytes>,
    next_delta: Py<PyBytes>,
    unlinked: Vec<u32>,
}

/// Read the headers of the entries at `offsets`, in any order; the last one ends at `end`.
///
/// Raise `ValueError` with the offset of an entry.
#[pyfunction]
fn read_headers(
    py: Python<'_>,
    path: PathBuf,
    offsets: PyBuffer<u64>,
    end: u64,
    width: usize,
    large: u64,
) -> PyResult<Headers> {
    let file = File::open(path)?;
    let given = offsets.to_vec(py)?;
    let (headers, offsets, positions) = py.detach(|| {
        let positions = sort_entries(&given);
        let sorted = positions.iter().map(|&position| given[position as usize]);
        let offsets: Vec<u64> = sorted.chain([end]).collect();
        if offsets.last() != Some(&end) || offsets.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(PyValueError::new_err("an index has an entry twice, or past the end"));
        }
        let headers = pack::read_headers(&file, &offsets, width, large);
        let headers = headers.map_err(|(number, Damage(reason))| {
            PyValueError::new_err(format!("offset {}: {reason}", offsets[number as usize]))
        })?;
        PyResult::Ok((headers, offsets, positions))
    })?;
    let to_bytes = |links: Vec<u32>| {
        let bytes: Vec<u8> = links.into_iter().flat_map(u32::to_ne_bytes).collect();
        PyBytes::new(py, &bytes).unbind()
    };
    let offsets: Vec<u8> = offsets.into_iter().flat_map(u64::to_ne_bytes).collect();
    Ok(Headers {
        offsets: PyBytes::new(py, &offsets).unbind(),
        positions: to_bytes(positions),
        kinds: PyBytes::new(py, &headers.kinds).unbind(),
        sizes: PyBytes::new(py, &headers.sizes).unbind(),
        large: headers.large,
        first_delta: to_bytes(headers.first_delta),
        next_delta: to_bytes(headers.next_delta),
        unlinked: headers.unlinked,
    })
}

fn to_error(damage: Damage) -> PyErr {
    PyValueError::new_err(damage.0)
}

/// The trees of a repository, and what they change.
#[pyclass(module = "wakeyscan_native")]
struct History(history::History);

type Differences = (Vec<(usize, Vec<u8>, Vec<u8>)>, HashSet<Vec<u8>>);

#[pymethods]
impl History {
    /// `packs` are the ids and the offsets of pack indexes, `loose` the ids of loose objects, and
    /// `blobs` those that are asked about. Raise `ValueError` for whatever is left to git.
    #[new]
    fn new(
        py: Python<'_>,
        width: usize,
        packs: Vec<(PyBuffer<u8>, PyBuffer<u64>)>,
        loose: Vec<Vec<u8>>,
        blobs: Vec<Vec<u8>>,
        finds_missing: bool,
    ) -> PyResult<Self> {
        let mut numbered = Vec::new();
        for (ids, offsets) in packs {
            let (ids, offsets) = (ids.to_vec(py)?, offsets.to_vec(py)?);
            let ids = py.detach(|| Ids::new(ids, number_entries(&offsets), width));
            numbered.push(ids.map_err(to_error)?);
        }
        let mut objects = Objects::new(width, numbered, loose);
        objects.ask(blobs, finds_missing);
        Ok(Self(history::History::new(objects)))
    }

    /// Add the trees of the pack at a position, whose entries have `kinds`.
    fn add_pack(
        &mut self,
        py: Python<'_>,
        position: usize,
        pack: &Pack,
        kinds: &[u8],
    ) -> PyResult<()> {
        let added = py.detach(|| self.0.add_pack(position, &pack.pack, &pack.file, kinds));
        added.map_err(to_error)
    }

    /// Add a loose tree.
    fn add_loose(&mut self, id: Vec<u8>, content: Vec<u8>) -> PyResult<()> {
        self.0.add_loose(&id, content).map_err(to_error)
    }

    /// Compare pairs of trees: two ids in hex and a blank between them, or `empty` for no tree.
    ///
    /// Return the differences, each with the position of its pair, the entry as git writes it and
    /// the path; and the ids of objects that the second trees add and that do not exist.
    fn compare(
        &mut self,
        py: Python<'_>,
        pairs: &Bound<'_, PyList>,
        empty: &str,
    ) -> PyResult<Differences> {
        py.detach(|| self.0.evaluate()).map_err(to_error)?;
        let pairs = pairs.iter().map(|pair| {
            let pair = pair.extract::<PyBackedStr>().ok();
            pair.and_then(|pair| parse_pair(&pair, empty)).ok_or(Damage("an id is not in hex"))
        });
        let Changed { differences, missing } = self.0.compare(pairs).map_err(to_error)?;
        let differences = differences.into_iter().map(|one| (one.pair, one.entry, one.path));
        Ok((differences.collect(), missing))
    }
}

fn parse_pair(pair: &str, empty: &str) -> Option<Pair> {
    let (old, new) = pair.split_once(' ')?;
    Some((parse_tree(old, empty)?, parse_tree(new, empty)?))
}

/// Parse the id of a tree; the empty tree need not exist.
fn parse_tree(id: &str, empty: &str) -> Option<Option<Vec<u8>>> {
    if id == empty {
        return Some(None);
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pairs = id.as_bytes().chunks(2);
    let bytes = pairs.map(|pair| Some((digit(pair[0])? << 4 | digit(*pair.get(1)?)?) as u8));
    bytes.collect::<Option<Vec<u8>>>().map(Some)
}

/// Version of these functions: Python uses no core with another one.
const INTERFACE: u32 = 6;

#[pymodule]
fn wakeyscan_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add("INTERFACE", INTERFACE)?;
    module.add_class::<Pack>()?;
    module.add_class::<PyRequest>()?;
    module.add_class::<History>()?;
    module.add_class::<Headers>()?;
    module.add_function(wrap_pyfunction!(sieve, module)?)?;
    module.add_function(wrap_pyfunction!(read_headers, module)?)
}
