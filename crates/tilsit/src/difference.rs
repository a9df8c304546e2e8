//! How a text changes, in the form that `diff -u` has.

use std::fmt::Write as _;

/// How many lines stand around a change.
const AROUND: usize = 3;

/// How many pairs of lines are compared at most; beyond that all between is one change.
const PAIRS_MAX: usize = 4_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Line<'t> {
    Same(&'t str),
    Gone(&'t str),
    New(&'t str),
}

/// The difference between two texts of one file; nothing where they are equal.
pub(crate) fn unified(file: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let old: Vec<&str> = before.lines().collect();
    let new: Vec<&str> = after.lines().collect();
    let lines = lines(&old, &new);
    let mut text = format!("--- {file}\n+++ {file}\n");
    let is_change = |line: &Line<'_>| !matches!(line, Line::Same(_));
    let mut at = 0;
    let (mut old_line, mut new_line) = (1, 1);
    while let Some(first) = lines[at..].iter().position(is_change) {
        let start = at + first.saturating_sub(AROUND);
        for line in &lines[at..start] {
            advance(line, &mut old_line, &mut new_line);
        }
        let end = end_of_hunk(&lines, start);
        let count = |is_it: fn(&Line<'_>) -> bool| {
            lines[start..end].iter().filter(|line| is_it(line)).count()
        };
        let olds = count(|line| !matches!(line, Line::New(_)));
        let news = count(|line| !matches!(line, Line::Gone(_)));
        let from = |line: usize, count: usize| if count == 0 { line - 1 } else { line };
        // A `String` takes every write.
        let _ = writeln!(
            text,
            "@@ -{},{olds} +{},{news} @@",
            from(old_line, olds),
            from(new_line, news)
        );
        for line in &lines[start..end] {
            let (mark, content) = match line {
                Line::Same(content) => (' ', content),
                Line::Gone(content) => ('-', content),
                Line::New(content) => ('+', content),
            };
            let _ = writeln!(text, "{mark}{content}");
            advance(line, &mut old_line, &mut new_line);
        }
        at = end;
    }
    text
}

fn advance(line: &Line<'_>, old: &mut usize, new: &mut usize) {
    *old += usize::from(!matches!(line, Line::New(_)));
    *new += usize::from(!matches!(line, Line::Gone(_)));
}

/// Where so many lines without a change follow that the next change is one of its own.
fn end_of_hunk(lines: &[Line<'_>], start: usize) -> usize {
    let mut end = start;
    let mut quiet = 0;
    for (at, line) in lines.iter().enumerate().skip(start) {
        if matches!(line, Line::Same(_)) {
            quiet += 1;
            if quiet > 2 * AROUND && end > start {
                break;
            }
        } else {
            quiet = 0;
            end = at + 1;
        }
    }
    (end + AROUND).min(lines.len())
}

/// All lines of both, along a longest common sequence.
fn lines<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Line<'t>> {
    let head = old.iter().zip(new).take_while(|(one, other)| one == other);
    let head = head.count();
    let ends = old[head..].iter().rev().zip(new[head..].iter().rev());
    let tail = ends.take_while(|(one, other)| one == other).count();
    let (old_inner, new_inner) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut lines: Vec<Line<'t>> = old[..head].iter().map(|line| Line::Same(line)).collect();
    let (rows, columns) = (old_inner.len(), new_inner.len());
    if rows * columns > PAIRS_MAX {
        lines.extend(old_inner.iter().map(|line| Line::Gone(line)));
        lines.extend(new_inner.iter().map(|line| Line::New(line)));
    } else {
        // How long the longest common sequence of what follows two places is.
        let mut common = vec![0_u32; (rows + 1) * (columns + 1)];
        let place = |row: usize, column: usize| row * (columns + 1) + column;
        for row in (0..rows).rev() {
            for column in (0..columns).rev() {
                common[place(row, column)] = if old_inner[row] == new_inner[column] {
                    common[place(row + 1, column + 1)] + 1
                } else {
                    common[place(row + 1, column)].max(common[place(row, column + 1)])
                };
            }
        }
        let (mut row, mut column) = (0, 0);
        while row < rows || column < columns {
            if row < rows && column < columns && old_inner[row] == new_inner[column] {
                lines.push(Line::Same(old_inner[row]));
                (row, column) = (row + 1, column + 1);
            } else if column == columns
                || row < rows && common[place(row + 1, column)] >= common[place(row, column + 1)]
            {
                lines.push(Line::Gone(old_inner[row]));
                row += 1;
            } else {
                lines.push(Line::New(new_inner[column]));
                column += 1;
            }
        }
    }
    lines.extend(old[old.len() - tail..].iter().map(|line| Line::Same(line)));
    lines
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn differences_have_the_usual_form() {
        assert_eq!(unified("f", "a\n", "a\n"), "");
        assert_eq!(
            unified("f", "", "a\nb\n"),
            "--- f\n+++ f\n@@ -0,0 +1,2 @@\n+a\n+b\n"
        );
        assert_eq!(
            unified("f", "a\nb\nc\n", "a\nx\nc\n"),
            "--- f\n+++ f\n@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n"
        );
        let lines: Vec<String> = (1..=20).map(|number| format!("{number}\n")).collect();
        let before = lines.concat();
        let after = before.replace("\n2\n", "\ntwo\n").replace("\n19\n", "\n");
        assert_eq!(
            unified("f", &before, &after),
            "--- f\n+++ f\n@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n@@ -16,5 +16,4 @@\n 16\n 17\n 18\n-19\n 20\n"
        );
    }
}
