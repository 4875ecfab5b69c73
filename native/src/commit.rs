//! The links of a commit: its tree and its parents.

/// Return the ids of a commit's tree and parents, in hex, each with a blank behind it.
///
/// The result is empty if git refuses to parse the commit: a wrong first line, or a parent that is
/// not an id. Ids have `width` bytes.
pub fn list_links(commit: &[u8], width: usize) -> Vec<u8> {
    let mut links = Vec::with_capacity(4 * width + 2);
    let mut rest = commit;
    let mut key: &[u8] = b"tree ";
    while let Some(line) = rest.strip_prefix(key) {
        let Some((id, after)) = line.split_at_checked(2 * width) else {
            return Vec::new();
        };
        let Some(after) = after.strip_prefix(b"\n") else {
            return Vec::new();
        };
        if !id.iter().all(u8::is_ascii_hexdigit) {
            return Vec::new();
        }
        links.extend(id.iter().map(u8::to_ascii_lowercase));
        links.push(b' ');
        (rest, key) = (after, b"parent ");
    }
    links
}

#[cfg(test)]
mod tests {
    use super::list_links;

    #[test]
    fn links_are_those_that_git_reads() {
        let (tree, first, second) = ("a1".repeat(20), "B2".repeat(20), "c3".repeat(20));
        let cases = [
            (format!("tree {tree}\nauthor A\n"), format!("{tree} ")),
            (
                format!("tree {tree}\nparent {first}\nparent {second}\nauthor A\n\nparent of"),
                format!("{tree} {} {second} ", first.to_lowercase()),
            ),
            (format!("tree {tree}\nauthor A\nparent {first}\n"), format!("{tree} ")),
            (format!("tree {tree}\nparent {}\n", &first[1..]), String::new()),
            (format!("tree {tree}\nparent {first}"), String::new()),
            (format!("tree {tree} \n"), String::new()),
            (format!("parent {first}\n"), String::new()),
            (String::new(), String::new()),
        ];
        for (commit, links) in cases {
            assert_eq!(list_links(commit.as_bytes(), 20), links.as_bytes(), "{commit}");
        }
        let (tree, parent) = ("a".repeat(64), "b".repeat(64));
        let commit = format!("tree {tree}\nparent {parent}\n");
        assert_eq!(list_links(commit.as_bytes(), 32), format!("{tree} {parent} ").as_bytes());
        assert_eq!(list_links(commit.as_bytes(), 20), b"");
    }
}
