//! Operations, and the search for the one that a path leads to.

use super::table::OPERATIONS;
use crate::core::projection::Shape;
use crate::runtime::http::Method;

/// Something that the API can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path after the version, with parameters in braces: `/users/{user_id}`.
    pub path: &'static str,
    /// Where the objects are in an answer of 2xx; [`Shape::Item`] also if there is no body. Lists come with or without
    /// their envelope, as `paginated` in the query has it.
    pub answer: Shape<'static>,
}

/// The operation that a request asks for, and the values in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Match<'p> {
    /// The operation.
    pub operation: &'static Operation,
    path: &'p str,
}

/// The operation for a method and a path: after the version, canonical, without a query, such as `/users/user_1`.
///
/// A parameter takes one segment that is not empty. Where a literal segment and a parameter both lead to an operation
/// of this method, the literal one wins, the leftmost difference deciding: `GET /users/count` counts, and `DELETE
/// /users/count` deletes the user `count`. None for anything else, a slash at the end included. O(segments · log n).
#[must_use]
pub fn find(method: Method, path: &str) -> Option<Match<'_>> {
    let operation = descend(OPERATIONS, 0, Some(path.strip_prefix('/')?), method)?;
    Some(Match { operation, path })
}

impl<'p> Match<'p> {
    /// The parameters of the path in their order: name and value, the value as the path spells it.
    pub fn params(&self) -> impl Iterator<Item = (&'static str, &'p str)> + use<'p> {
        let pairs = self.operation.path.split('/').zip(self.path.split('/'));
        pairs.filter_map(|(template, value)| Some((template.strip_prefix('{')?.strip_suffix('}')?, value)))
    }

    /// The value of one parameter, if the operation has it.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&'p str> {
        self.params().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

impl Operation {
    fn segment(&self, depth: usize) -> Option<&'static str> {
        self.path.split('/').nth(depth + 1)
    }
}

/// Searches operations that agree on their first `depth` segments for the one that `rest` leads to.
fn descend(
    candidates: &'static [Operation],
    depth: usize,
    rest: Option<&str>,
    method: Method,
) -> Option<&'static Operation> {
    let Some(rest) = rest else {
        return candidates.iter().take_while(|op| op.segment(depth).is_none()).find(|op| op.method == method);
    };
    let (segment, rest) = rest.split_once('/').map_or((rest, None), |(segment, rest)| (segment, Some(rest)));
    if segment.is_empty() || candidates.is_empty() {
        return None;
    }
    descend(literals(candidates, depth, segment), depth + 1, rest, method)
        .or_else(|| descend(parameters(candidates, depth), depth + 1, rest, method))
}

fn literals(candidates: &'static [Operation], depth: usize, segment: &str) -> &'static [Operation] {
    let start = candidates.partition_point(|op| op.segment(depth) < Some(segment));
    let end = candidates.partition_point(|op| op.segment(depth) <= Some(segment));
    candidates.get(start..end).unwrap_or_default()
}

/// Those with a parameter at `depth`: the last ones, since a brace sorts after everything that literals are made of.
fn parameters(candidates: &'static [Operation], depth: usize) -> &'static [Operation] {
    let start = candidates.partition_point(|op| op.segment(depth) < Some("{"));
    candidates.get(start..).unwrap_or_default()
}
