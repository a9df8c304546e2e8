//! `/search/`: projects by words, narrowed by classifiers, versions of Python and licences; a page for
//! people, and the same as JSON for programs that ask for that.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use http::header::{HeaderValue, VARY};
use jiff::Timestamp;
use tilsit_simple_api::search::{FoundProject, SearchAnswer};
use url::form_urlencoded::{Serializer, parse};

use crate::access;
use crate::application::Application;
use crate::headers::wants_json;
use crate::response::Failure;
use crate::search::{Answer, Question};
use crate::templates::search::{Facet, FacetValue, SearchPage, ShownProject};
use crate::templates::{day, page};

/// How many projects a page shows.
const PER_PAGE: usize = 20;
/// The last page that can be asked for.
const PAGE_MAX: usize = 50;
/// How many values may narrow a search.
const VALUES_MAX: usize = 16;

/// What the address asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Asked {
    text: String,
    classifiers: Vec<String>,
    pythons: Vec<String>,
    licences: Vec<String>,
    page: usize,
}

/// The parameters of the facets, with their headings.
const FACETS: [(&str, &str, &str); 3] = [
    ("python", "python", "Python"),
    ("licence", "licence", "Licence"),
    ("classifier", "c", "Classifier"),
];

/// What was found, in the form that is asked for.
pub(crate) async fn show(
    State(application): State<Application>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let asked = Asked::of(query.as_deref().unwrap_or_default());
    let audience = access::audience(&application, &headers).await?;
    let store = &application.store;
    let (own, sees_all) = match audience.user {
        None => (Vec::new(), false),
        Some(user) => (
            store.own_projects(user).await?,
            store.is_administrator(user).await?,
        ),
    };
    let question = Question {
        text: asked.text.clone(),
        classifiers: asked.classifiers.clone(),
        pythons: asked.pythons.clone(),
        licences: asked.licences.clone(),
        audience,
        own,
        sees_all,
        offset: (asked.page - 1) * PER_PAGE,
        limit: PER_PAGE,
    };
    let search = application.search.clone();
    let answer = tokio::task::spawn_blocking(move || search.search(&question))
        .await
        .map_err(|_| Failure::internal("a search was given up"))??;
    let mut response = if wants_json(&headers) {
        Json(for_programs(answer)?).into_response()
    } else {
        page(&shown(&asked, answer)?)?
    };
    let vary = HeaderValue::from_static("Accept");
    response.headers_mut().append(VARY, vary);
    Ok(response)
}

fn for_programs(answer: Answer) -> Result<SearchAnswer, Failure> {
    let projects = answer.found.into_iter().map(|found| {
        let updated = uploaded(found.updated_us)?;
        Ok(FoundProject {
            name: found.display_name,
            version: found.version,
            summary: found.summary,
            updated: Some(day(updated)),
        })
    });
    let projects: Result<Vec<_>, Failure> = projects.collect();
    Ok(SearchAnswer::new(answer.count, projects?))
}

fn uploaded(microsecond: i64) -> Result<Timestamp, Failure> {
    Timestamp::from_microsecond(microsecond)
        .map_err(|error| Failure::internal(format!("a time in the search: {error}")))
}

fn shown(asked: &Asked, answer: Answer) -> Result<SearchPage, Failure> {
    let pages = answer.count.div_ceil(PER_PAGE).min(PAGE_MAX);
    let mut projects = Vec::with_capacity(answer.found.len());
    for found in answer.found {
        projects.push(ShownProject {
            date: day(uploaded(found.updated_us)?),
            name: found.name,
            display_name: found.display_name,
            version: found.version,
            summary: found.summary,
        });
    }
    let facets = FACETS.iter().filter_map(|(name, parameter, heading)| {
        let counted = answer.facets.get(name)?;
        let values: Vec<FacetValue> = counted
            .iter()
            .map(|(value, count)| FacetValue {
                is_chosen: asked.values(parameter).contains(value),
                query: asked.toggled(parameter, value).query(1),
                value: value.clone(),
                count: *count,
            })
            .collect();
        (!values.is_empty()).then_some(Facet { heading, values })
    });
    Ok(SearchPage {
        root: "../",
        text: asked.text.clone(),
        count: answer.count,
        count_word: if answer.count == 1 {
            "project"
        } else {
            "projects"
        },
        facets: facets.collect(),
        projects,
        page: asked.page,
        pages,
        before: (asked.page > 1).then(|| asked.query(asked.page - 1)),
        after: (asked.page < pages).then(|| asked.query(asked.page + 1)),
    })
}

impl Asked {
    fn of(query: &str) -> Self {
        let mut asked = Self {
            page: 1,
            ..Self::default()
        };
        for (key, value) in parse(query.as_bytes()).take(VALUES_MAX) {
            match &*key {
                "q" => value.trim().clone_into(&mut asked.text),
                "page" => asked.page = value.parse().unwrap_or(1).clamp(1, PAGE_MAX),
                parameter => {
                    if let Some(values) = asked.values_mut(parameter) {
                        values.push(value.into_owned());
                    }
                }
            }
        }
        asked
    }

    fn values(&self, parameter: &str) -> &[String] {
        match parameter {
            "c" => &self.classifiers,
            "python" => &self.pythons,
            _ => &self.licences,
        }
    }

    fn values_mut(&mut self, parameter: &str) -> Option<&mut Vec<String>> {
        match parameter {
            "c" => Some(&mut self.classifiers),
            "python" => Some(&mut self.pythons),
            "licence" => Some(&mut self.licences),
            _ => None,
        }
    }

    /// The same with a value chosen that was not, or the other way round.
    fn toggled(&self, parameter: &str, value: &str) -> Self {
        let mut other = self.clone();
        if let Some(values) = other.values_mut(parameter) {
            let before = values.len();
            values.retain(|chosen| chosen != value);
            if values.len() == before {
                values.push(value.to_owned());
            }
        }
        other
    }

    /// The query of the address that asks for this.
    fn query(&self, page: usize) -> String {
        let mut query = Serializer::new(String::new());
        query.append_pair("q", &self.text);
        for (_, parameter, _) in FACETS {
            for value in self.values(parameter) {
                query.append_pair(parameter, value);
            }
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_what_is_asked_for_and_comes_back() {
        let asked = Asked::of("q=a+b%26c&python=3.12&c=Topic+%3A%3A+X&page=3&unknown=1");
        assert_eq!((&*asked.text, asked.page), ("a b&c", 3));
        assert_eq!(asked.pythons, ["3.12"]);
        assert_eq!(Asked::of(&asked.query(3)), asked);
        let without = asked.toggled("python", "3.12");
        assert_eq!(without.pythons, [] as [&str; 0]);
        assert_eq!(without.toggled("python", "3.12").pythons, ["3.12"]);
        for (query, page) in [
            ("page=0", 1),
            ("page=-1", 1),
            ("page=99999999999", 50),
            ("page=51", 50),
        ] {
            assert_eq!(Asked::of(query).page, page, "{query}");
        }
    }
}
