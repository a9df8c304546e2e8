//! From tokens to the arguments of `setup()`.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::tokens::{Kind, Token};
use super::{Argument, Literal, SetupPyError};

/// How deep values may be nested.
const DEPTH_MAX: usize = 32;

/// How many values and bytes may be taken from names, each use counted: a name can stand for two uses of
/// another, and so on.
const COPIED_MAX: usize = 1 << 20;

/// Functions by which names come to values that the text does not show.
const EXECUTING: [&str; 4] = ["exec", "execfile", "globals", "locals"];

pub(super) struct Parser<'t> {
    tokens: &'t [Token],
    /// What names stand for that are given a value once, and nothing else.
    names: BTreeMap<&'t str, Literal>,
    /// How much may still be taken from them.
    budget: Cell<usize>,
}

/// A place in the tokens.
#[derive(Clone, Copy)]
struct Cursor<'p, 't> {
    parser: &'p Parser<'t>,
    at: usize,
}

impl<'t> Parser<'t> {
    pub(super) fn new(tokens: &'t [Token]) -> Self {
        let mut parser = Self {
            tokens,
            names: BTreeMap::new(),
            budget: Cell::new(COPIED_MAX),
        };
        parser.learn_names();
        parser
    }

    /// Finds the names that have one value. What is changed later, also by a method, has none.
    fn learn_names(&mut self) {
        // What is executed besides can give any name another value.
        let mut names = (0..self.tokens.len()).filter_map(|at| self.name(at));
        if names.any(|name| EXECUTING.contains(&name)) {
            return;
        }
        let mut touched: BTreeMap<&str, usize> = BTreeMap::new();
        let starts = self.statements();
        for &start in &starts {
            if let Some(name) = self.name(start)
                && let Some(Kind::Sign('=' | '+' | '.' | '[' | ':' | ',')) = self.kind(start + 1)
            {
                *touched.entry(name).or_default() += 1;
            }
            for name in self.targets(start).1.into_iter().skip(1) {
                *touched.entry(name).or_default() += 1;
            }
        }
        for &start in &starts {
            let (value_at, targets) = self.targets(start);
            if targets.is_empty() {
                continue;
            }
            let mut cursor = Cursor {
                parser: self,
                at: value_at,
            };
            let value = cursor.expression(0);
            let is_whole = matches!(self.kind(cursor.at), Some(Kind::End));
            let is_top = !self.tokens[start].is_indented && self.begins_line(start);
            let Some(value) = value.filter(|_| is_whole && is_top) else {
                continue;
            };
            for (position, name) in targets.into_iter().enumerate() {
                // Each name after the first has a copy.
                let cost = weight(&value) * position.min(1);
                let Some(left) = self.budget.get().checked_sub(cost) else {
                    return;
                };
                self.budget.set(left);
                if touched[name] == 1 {
                    self.names.insert(name, value.clone());
                }
            }
        }
    }

    /// The names that the statement at a place gives a value, with or without an annotation, and where
    /// the value begins.
    fn targets(&self, start: usize) -> (usize, Vec<&'t str>) {
        let is_given =
            |at: usize| self.is_sign(at, '=') && !self.is_sign(at + 1, '=') && at > start;
        let mut at = start;
        let mut names = Vec::new();
        while let Some(name) = self.name(at) {
            if self.is_sign(at + 1, ':') && names.is_empty() {
                let mut annotation = at + 2;
                while !is_given(annotation) {
                    if matches!(self.kind(annotation), None | Some(Kind::End)) {
                        return (at, names);
                    }
                    annotation += 1;
                }
                return (annotation + 1, vec![name]);
            }
            if !is_given(at + 1) {
                break;
            }
            names.push(name);
            at += 2;
        }
        (at, names)
    }

    /// What a name stands for, if that is known.
    pub(super) fn assigned(&self, name: &str) -> Option<Literal> {
        self.names.get(name).cloned()
    }

    /// Where statements start, also those behind the colon of an `if`.
    fn statements(&self) -> Vec<usize> {
        let mut starts = vec![0];
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate() {
            match token.kind {
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                Kind::End => starts.push(at + 1),
                Kind::Sign(':') if depth == 0 => starts.push(at + 1),
                _ => {}
            }
        }
        starts
    }

    fn begins_line(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map(|before| &self.tokens[before]);
        before.is_none_or(|before| before.kind == Kind::End)
    }

    fn kind(&self, at: usize) -> Option<&'t Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn name(&self, at: usize) -> Option<&'t str> {
        match self.kind(at) {
            Some(Kind::Name(name)) => Some(name),
            _ => None,
        }
    }

    fn is_sign(&self, at: usize, sign: char) -> bool {
        self.kind(at) == Some(&Kind::Sign(sign))
    }

    /// What a name stands for.
    fn named(&self, name: &str) -> Option<Literal> {
        let value = self.names.get(name)?;
        self.budget
            .set(self.budget.get().checked_sub(weight(value))?);
        Some(value.clone())
    }

    fn line(&self, at: usize) -> usize {
        let token = self.tokens.get(at).or(self.tokens.last());
        token.map_or(1, |token| token.line)
    }

    /// The arguments of the only call of `setup()`.
    pub(super) fn arguments(&self) -> Result<Vec<Argument>, SetupPyError> {
        let is_call = |at: &usize| {
            let is_defined = at.checked_sub(1).and_then(|before| self.name(before)) == Some("def");
            self.name(*at) == Some("setup") && self.is_sign(at + 1, '(') && !is_defined
        };
        let mut calls = (0..self.tokens.len()).filter(is_call);
        let call = calls.next().ok_or(SetupPyError::NoCall)?;
        if let Some(second) = calls.next() {
            let line = self.line(second);
            return Err(SetupPyError::Several { line });
        }
        let mut cursor = Cursor {
            parser: self,
            at: call + 2,
        };
        let mut arguments = Vec::new();
        while !cursor.is_sign(')') {
            arguments.push(cursor.argument());
            if matches!(cursor.kind(), None | Some(Kind::End)) {
                return Err(SetupPyError::Syntax {
                    line: self.line(call),
                    reason: "the call of `setup()` has no end",
                });
            }
            if !cursor.take(',') && !cursor.is_sign(')') {
                return Err(SetupPyError::Syntax {
                    line: self.line(cursor.at),
                    reason: "neither `,` nor `)` stands behind an argument of `setup()`",
                });
            }
        }
        Ok(arguments)
    }
}

impl Cursor<'_, '_> {
    fn kind(&self) -> Option<&Kind> {
        self.parser.kind(self.at)
    }

    fn is_sign(&self, sign: char) -> bool {
        self.parser.is_sign(self.at, sign)
    }

    fn take(&mut self, sign: char) -> bool {
        let is_there = self.is_sign(sign);
        self.at += usize::from(is_there);
        is_there
    }

    fn argument(&mut self) -> Argument {
        let line = self.parser.line(self.at);
        let key = self.parser.name(self.at).map(str::to_owned);
        if key.is_some() && self.parser.is_sign(self.at + 1, '=') {
            self.at += 2;
            let value = self.value(0);
            return Argument { key, line, value };
        }
        self.skip();
        Argument {
            key: None,
            line,
            value: None,
        }
    }

    /// The value up to the next comma or closing bracket; none if it is no literal.
    fn value(&mut self, depth: usize) -> Option<Literal> {
        let start = self.at;
        let value = self.expression(depth);
        let is_whole = matches!(self.kind(), Some(Kind::Sign(',' | ')' | ']' | '}')));
        if value.is_some() && is_whole {
            return value;
        }
        self.at = start;
        self.skip();
        None
    }

    /// Goes to the next comma or closing bracket of this depth.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        let mut is_lambda = false;
        while let Some(kind) = self.kind() {
            match kind {
                // The commas between its parameters end nothing.
                Kind::Name(name) if name == "lambda" && depth == 0 => is_lambda = true,
                Kind::Sign(':') if depth == 0 => is_lambda = false,
                Kind::End => return,
                Kind::Sign('(' | '[' | '{') => depth += 1,
                Kind::Sign(')' | ']' | '}') if depth == 0 => return,
                Kind::Sign(')' | ']' | '}') => depth -= 1,
                Kind::Sign(',') if depth == 0 && !is_lambda => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Values with `+` between them.
    fn expression(&mut self, depth: usize) -> Option<Literal> {
        let mut value = self.atom(depth)?;
        while self.is_sign('+') && !self.parser.is_sign(self.at + 1, '=') {
            self.at += 1;
            value = match (value, self.atom(depth)?) {
                (Literal::Text(one), Literal::Text(other)) => Literal::Text(one + &other),
                (Literal::List(mut one), Literal::List(other)) => {
                    one.extend(other);
                    Literal::List(one)
                }
                _ => return None,
            };
        }
        Some(value)
    }

    fn atom(&mut self, depth: usize) -> Option<Literal> {
        if depth > DEPTH_MAX {
            return None;
        }
        let value = match self.kind()?.clone() {
            Kind::Text(_) => return self.text(),
            Kind::Number(number) => Literal::Number(number),
            Kind::Name(name) => match &*name {
                "True" => Literal::Truth(true),
                "False" => Literal::Truth(false),
                "None" => Literal::Nothing,
                "dict" if self.parser.is_sign(self.at + 1, '(') => {
                    self.at += 2;
                    return self.keywords(depth);
                }
                name => self.parser.named(name)?,
            },
            Kind::Sign('[') => return self.list(']', depth),
            Kind::Sign('(') => return self.tuple(depth),
            Kind::Sign('{') => return self.braces(depth),
            Kind::Sign(_) | Kind::End => return None,
        };
        self.at += 1;
        Some(value)
    }

    /// Strings that stand side by side are one.
    fn text(&mut self) -> Option<Literal> {
        let mut text = String::new();
        while let Some(Kind::Text(part)) = self.kind() {
            text.push_str(part.as_deref()?);
            self.at += 1;
        }
        Some(Literal::Text(text))
    }

    fn items(&mut self, closing: char, depth: usize) -> Option<(Vec<Literal>, bool)> {
        let mut items = Vec::new();
        let mut has_comma = false;
        while !self.take(closing) {
            items.push(self.expression(depth + 1)?);
            if !self.is_sign(closing) {
                if !self.take(',') {
                    return None;
                }
                has_comma = true;
            }
        }
        Some((items, has_comma))
    }

    fn list(&mut self, closing: char, depth: usize) -> Option<Literal> {
        self.at += 1;
        let (items, _) = self.items(closing, depth)?;
        Some(Literal::List(items))
    }

    /// A tuple, or a value in brackets.
    fn tuple(&mut self, depth: usize) -> Option<Literal> {
        self.at += 1;
        let (mut items, has_comma) = self.items(')', depth)?;
        match (items.len(), has_comma) {
            (1, false) => items.pop(),
            _ => Some(Literal::List(items)),
        }
    }

    /// A dict or a set.
    fn braces(&mut self, depth: usize) -> Option<Literal> {
        let is_dict = self.parser.is_sign(self.at + 1, '}')
            || matches!(self.parser.kind(self.at + 1), Some(Kind::Text(_)))
                && self.is_key_behind(self.at + 1);
        if !is_dict {
            return self.list('}', depth);
        }
        self.at += 1;
        let mut entries = Vec::new();
        while !self.take('}') {
            let Some(Literal::Text(key)) = self.atom(depth + 1) else {
                return None;
            };
            if !self.take(':') {
                return None;
            }
            entries.push((key, self.expression(depth + 1)?));
            if !self.is_sign('}') && !self.take(',') {
                return None;
            }
        }
        Some(Literal::Table(entries))
    }

    /// Whether a colon follows the strings at a place.
    fn is_key_behind(&self, mut at: usize) -> bool {
        while matches!(self.parser.kind(at), Some(Kind::Text(_))) {
            at += 1;
        }
        self.parser.is_sign(at, ':')
    }

    /// The arguments of `dict()`.
    fn keywords(&mut self, depth: usize) -> Option<Literal> {
        let mut entries = Vec::new();
        while !self.take(')') {
            let key = self.parser.name(self.at)?.to_owned();
            self.at += 1;
            if !self.take('=') {
                return None;
            }
            entries.push((key, self.expression(depth + 1)?));
            if !self.is_sign(')') && !self.take(',') {
                return None;
            }
        }
        Some(Literal::Table(entries))
    }
}

/// How much there is to copy of a value.
fn weight(value: &Literal) -> usize {
    match value {
        Literal::Text(text) | Literal::Number(text) => 1 + text.len(),
        Literal::Truth(_) | Literal::Nothing => 1,
        Literal::List(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Literal::Table(entries) => {
            let entries = entries.iter();
            1 + entries
                .map(|(key, value)| key.len() + weight(value))
                .sum::<usize>()
        }
    }
}
