//! From what somebody typed to projects, the best first, with counts by which to narrow them.

use std::collections::BTreeMap;

use serde_json::json;
use tantivy::aggregation::agg_req::Aggregations;
use tantivy::aggregation::agg_result::{AggregationResult, AggregationResults, BucketResult};
use tantivy::aggregation::{AggContextParams, AggregationCollector, Key};
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Value};
use tantivy::{DocAddress, Order, TantivyDocument, Term};
use tilsit_index_store::{Audience, Reading};

use super::{Doing, SearchError, SearchIndex};

/// The longest question that is looked at, in characters.
const QUESTION_MAX: usize = 200;
/// The words of a question that count.
const WORDS_MAX: usize = 8;
/// So short words are not taken for misspelled ones.
const FUZZY_LENGTH_MIN: usize = 4;
/// Words of this length may be misspelled twice.
const FUZZY_TWICE_LENGTH_MIN: usize = 8;
/// How many values of a facet are counted.
const FACET_VALUES: usize = 12;

/// What somebody looks for.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) text: String,
    /// Values that the found projects have all: classifiers, versions of Python, licences.
    pub(crate) classifiers: Vec<String>,
    pub(crate) pythons: Vec<String>,
    pub(crate) licences: Vec<String>,
    pub(crate) audience: Audience,
    /// Whether the reader administers the index, and so sees everything.
    pub(crate) sees_all: bool,
    /// The projects that the reader has a role in.
    pub(crate) own: Vec<String>,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

/// A project that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) display_name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) updated_us: i64,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    /// How many there are in all.
    pub(crate) count: usize,
    pub(crate) found: Vec<Found>,
    /// For each facet its values with their counts, the most frequent first.
    pub(crate) facets: BTreeMap<&'static str, Vec<(String, u64)>>,
}

impl SearchIndex {
    /// Looks for projects.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn search(&self, question: &Question) -> Result<Answer, SearchError> {
        let searcher = self.reader.searcher();
        let words = words(&question.text);
        let mut parts: Vec<(Occur, Box<dyn Query>)> = vec![(Occur::Must, self.wanted(&words))];
        let filters = [
            (self.fields.classifier, &question.classifiers),
            (self.fields.python, &question.pythons),
            (self.fields.licence, &question.licences),
        ];
        for (field, values) in filters {
            let terms = values.iter().map(|value| exact(field, value));
            parts.extend(terms.map(|term| (Occur::Must, unscored(term))));
        }
        parts.push((Occur::Must, unscored(self.visible(question))));
        let query = BooleanQuery::new(parts);
        let page = TopDocs::with_limit(question.limit.max(1)).and_offset(question.offset);
        let aggregation =
            AggregationCollector::from_aggs(aggregations(), AggContextParams::default());
        let (addresses, count, counted): (Vec<DocAddress>, usize, AggregationResults) =
            if words.is_empty() {
                let newest = page.order_by_fast_field::<i64>("updated", Order::Desc);
                let found = searcher.search(&query, &(newest, Count, aggregation));
                let (found, count, counted) = found.doing("list the newest projects")?;
                (
                    found.into_iter().map(|(_, at)| at).collect(),
                    count,
                    counted,
                )
            } else {
                let found = searcher.search(&query, &(page.order_by_score(), Count, aggregation));
                let (found, count, counted) = found.doing("answer a question")?;
                (
                    found.into_iter().map(|(_, at)| at).collect(),
                    count,
                    counted,
                )
            };
        let mut found = Vec::with_capacity(addresses.len());
        for address in addresses {
            let document: TantivyDocument = searcher.doc(address).doing("read a project")?;
            let updated = document.get_first(self.fields.updated);
            found.push(Found {
                name: Self::text(&document, self.fields.name),
                display_name: Self::text(&document, self.fields.display_name),
                version: Self::text(&document, self.fields.version),
                summary: Self::text(&document, self.fields.summary),
                updated_us: updated.and_then(|value| value.as_i64()).unwrap_or_default(),
            });
        }
        Ok(Answer {
            count,
            found,
            facets: facets(counted),
        })
    }

    /// All words somewhere in the project, or a name that is nearly all of them together.
    fn wanted(&self, words: &[String]) -> Box<dyn Query> {
        if words.is_empty() {
            return Box::new(AllQuery);
        }
        let fields = &self.fields;
        let all: Vec<(Occur, Box<dyn Query>)> = words
            .iter()
            .map(|word| (Occur::Must, self.one_word(word)))
            .collect();
        let joined = words.concat();
        let mut ways: Vec<Box<dyn Query>> = vec![
            Box::new(BooleanQuery::new(all)),
            boosted(exact(fields.joined, &joined), 1000.0),
        ];
        if joined.chars().count() >= FUZZY_LENGTH_MIN {
            let term = Term::from_field_text(fields.joined, &joined);
            let prefix = FuzzyTermQuery::new_prefix(term.clone(), 0, true);
            ways.push(boosted(Box::new(prefix), 30.0));
            let nearly = FuzzyTermQuery::new(term, distance(&joined), true);
            ways.push(boosted(Box::new(nearly), 20.0));
        }
        let ways = ways.into_iter().map(|way| (Occur::Should, way));
        Box::new(BooleanQuery::new(ways.collect()))
    }

    /// A word in the name, the keywords, the summary or the description; in the name also the
    /// beginning of one, and one that is misspelled.
    fn one_word(&self, word: &str) -> Box<dyn Query> {
        let fields = &self.fields;
        let mut ways: Vec<Box<dyn Query>> = vec![
            boosted(scored(fields.words, word), 10.0),
            boosted(scored(fields.keywords, word), 5.0),
            boosted(scored(fields.summary, word), 5.0),
            scored(fields.description, word),
        ];
        let term = Term::from_field_text(fields.words, word);
        let prefix = FuzzyTermQuery::new_prefix(term.clone(), 0, true);
        ways.push(boosted(Box::new(prefix), 4.0));
        if word.chars().count() >= FUZZY_LENGTH_MIN {
            let nearly = FuzzyTermQuery::new(term, distance(word), true);
            ways.push(boosted(Box::new(nearly), 2.0));
            let summary = Term::from_field_text(fields.summary, word);
            let nearly = FuzzyTermQuery::new(summary, 1, true);
            ways.push(boosted(Box::new(nearly), 0.5));
        }
        Box::new(DisjunctionMaxQuery::new(ways))
    }

    /// What the reader may see.
    fn visible(&self, question: &Question) -> Box<dyn Query> {
        if question.sees_all {
            return Box::new(AllQuery);
        }
        let is_known = question.audience.user.is_some();
        let may = |reading: Reading| match reading {
            Reading::Public => true,
            Reading::SignedIn => is_known,
            Reading::People => false,
        };
        let mut values: Vec<&str> = [Reading::Public, Reading::SignedIn]
            .into_iter()
            .filter(|reading| may(*reading))
            .map(Reading::as_str)
            .collect();
        if may(question.audience.default) {
            values.push("");
        }
        let by_reading = values
            .into_iter()
            .map(|value| exact(self.fields.reading, value));
        let own = question
            .own
            .iter()
            .map(|name| exact(self.fields.name, name));
        let ways = by_reading.chain(own).map(|way| (Occur::Should, way));
        Box::new(BooleanQuery::new(ways.collect()))
    }
}

/// The words of a question, as the index has them.
fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().take(QUESTION_MAX).collect();
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.filter(|word| !word.is_empty());
    words.take(WORDS_MAX).map(str::to_lowercase).collect()
}

/// How many letters may be wrong.
fn distance(word: &str) -> u8 {
    if word.chars().count() >= FUZZY_TWICE_LENGTH_MIN {
        2
    } else {
        1
    }
}

fn exact(field: Field, value: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(field, value);
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn scored(field: Field, word: &str) -> Box<dyn Query> {
    let term = Term::from_field_text(field, word);
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

fn boosted(query: Box<dyn Query>, by: f32) -> Box<dyn Query> {
    Box::new(BoostQuery::new(query, by))
}

/// A condition that does not count for the order.
fn unscored(query: Box<dyn Query>) -> Box<dyn Query> {
    boosted(query, 0.0)
}

fn aggregations() -> Aggregations {
    let terms = |field: &str| json!({ "terms": { "field": field, "size": FACET_VALUES } });
    let request = json!({
        "classifier": terms("classifier"),
        "python": terms("python"),
        "licence": terms("licence"),
    });
    serde_json::from_value(request).expect("the request is fixed and valid")
}

fn facets(counted: AggregationResults) -> BTreeMap<&'static str, Vec<(String, u64)>> {
    let names = ["classifier", "python", "licence"];
    let mut results = counted.0;
    names
        .into_iter()
        .filter_map(|name| {
            let AggregationResult::BucketResult(BucketResult::Terms { buckets, .. }) =
                results.remove(name)?
            else {
                return None;
            };
            let values = buckets.into_iter().filter_map(|bucket| match bucket.key {
                Key::Str(value) => Some((value, bucket.doc_count)),
                _ => None,
            });
            Some((name, values.collect()))
        })
        .collect()
}
