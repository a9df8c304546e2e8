//! What each route does, in the order of `router.rs`.

mod people;
mod tokens;

pub(crate) use people::*;
pub(crate) use tokens::*;

use super::{Access, Answer, Body, Content, Field, FieldKind, Operation, Parameter};

const HTML: Content = Content {
    media_type: "text/html",
    schema: None,
};
const TEXT: Content = Content {
    media_type: "text/plain",
    schema: None,
};
const SIMPLE_HTML: Content = Content {
    media_type: "application/vnd.pypi.simple.v1+html",
    schema: None,
};
const BYTES: Content = Content {
    media_type: "application/octet-stream",
    schema: None,
};

const fn json(media_type: &'static str, schema: &'static str) -> Content {
    Content {
        media_type,
        schema: Some(schema),
    }
}

const fn answer(status: u16, text: &'static str, contents: &'static [Content]) -> Answer {
    Answer {
        status,
        text,
        contents,
    }
}

/// An operation that everybody may ask for and that takes nothing.
const fn plain(
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    answers: &'static [Answer],
) -> Operation {
    Operation {
        id,
        summary,
        tag,
        access: Access::Everybody,
        parameters: &[],
        body: Body::None,
        answers,
    }
}

const fn text_field(name: &'static str, text: &'static str) -> Field {
    Field {
        name,
        kind: FieldKind::Text,
        is_required: true,
        text,
    }
}

const fn optional(name: &'static str, kind: FieldKind, text: &'static str) -> Field {
    Field {
        name,
        kind,
        is_required: false,
        text,
    }
}

const fn required(name: &'static str, kind: FieldKind, text: &'static str) -> Field {
    Field {
        name,
        kind,
        is_required: true,
        text,
    }
}

const fn header(name: &'static str, text: &'static str) -> Parameter {
    Parameter {
        name,
        place: "header",
        text,
        is_repeated: false,
    }
}

const fn query(name: &'static str, text: &'static str) -> Parameter {
    Parameter {
        name,
        place: "query",
        text,
        is_repeated: false,
    }
}

const fn repeated_query(name: &'static str, text: &'static str) -> Parameter {
    Parameter {
        name,
        place: "query",
        text,
        is_repeated: true,
    }
}

const FOR_PROGRAMS: &str = "programs";
const FOR_PEOPLE: &str = "people";
const FOR_ACCOUNTS: &str = "accounts";
const FOR_OPERATORS: &str = "operators";

/// Answers that any operation may give.
pub(super) const OF_ALL: &[Answer] = &[
    answer(
        429,
        "There were too many wrong credentials from this address; `Retry-After` says when to come \
         again.",
        &[TEXT],
    ),
    answer(500, "The index failed; its log says why.", &[TEXT, HTML]),
];
/// Answers that any operation with something in its path may give.
pub(super) const OF_PATHS: &[Answer] = &[
    answer(400, "The path is not UTF-8 text.", &[TEXT]),
    answer(404, "It is not there, or not for this reader.", &[]),
];
/// Answers to any form.
pub(super) const OF_FORMS: &[Answer] = &[
    answer(
        400,
        "The form cannot be read, or asks for what cannot be.",
        &[HTML, TEXT],
    ),
    answer(
        403,
        "The form does not come from a page shown to this visitor, or asks for what this visitor may not do.",
        &[HTML, TEXT],
    ),
    answer(
        413,
        "The form is larger than any of the index's.",
        &[HTML, TEXT],
    ),
    answer(415, "It is no form.", &[HTML, TEXT]),
    answer(
        429,
        "There were too many attempts to sign in.",
        &[HTML, TEXT],
    ),
];
/// Answers to programs that show who they are, or do not.
pub(super) const OF_PROGRAMS: &[Answer] = &[
    answer(401, "Credentials are needed, or wrong.", &[TEXT]),
    answer(
        429,
        "There were too many attempts; `Retry-After` says when to come again.",
        &[TEXT],
    ),
];
/// The same for people.
pub(super) const OF_PERSONS: &[Answer] = &[
    answer(303, "To the page for signing in.", &[]),
    answer(
        401,
        "Credentials are needed, or wrong: the answer to who wants JSON and no HTML.",
        &[TEXT],
    ),
    answer(429, "There were too many attempts to sign in.", &[HTML]),
];
/// Answers where one must be signed in.
pub(super) const OF_THE_SIGNED_IN: &[Answer] = &[answer(
    303,
    "To the page that follows, or to the one for signing in.",
    &[],
)];

const IF_NONE_MATCH: Parameter = header("If-None-Match", "The `ETag` of what is there already.");
const CONDITIONAL: &[Parameter] = &[IF_NONE_MATCH];
const NOT_MODIFIED: Answer = answer(304, "What is there already is current.", &[]);
const MISSING: Answer = answer(404, "It is not there, or not for this reader.", &[TEXT]);
const NOT_ACCEPTABLE: Answer = answer(
    406,
    "None of the forms that `Accept` names is known.",
    &[TEXT],
);

pub(crate) static STYLE: Operation = Operation {
    parameters: CONDITIONAL,
    ..plain(
        "style",
        FOR_PEOPLE,
        "The style sheet",
        &[
            answer(
                200,
                "The style sheet.",
                &[Content {
                    media_type: "text/css",
                    schema: None,
                }],
            ),
            NOT_MODIFIED,
        ],
    )
};
pub(crate) static COPY_SCRIPT: Operation = Operation {
    parameters: CONDITIONAL,
    ..plain(
        "copyScript",
        FOR_PEOPLE,
        "The script of buttons that copy",
        &[
            answer(
                200,
                "The script.",
                &[Content {
                    media_type: "text/javascript",
                    schema: None,
                }],
            ),
            NOT_MODIFIED,
        ],
    )
};

pub(crate) static SIMPLE_ADD_SLASH: Operation = plain(
    "simpleAddSlash",
    FOR_PROGRAMS,
    "The way to the list of projects",
    &[answer(308, "To the list.", &[])],
);
pub(crate) static SIMPLE_LIST: Operation = Operation {
    id: "listProjects",
    summary: "All projects (PEP 503, 691)",
    tag: FOR_PROGRAMS,
    access: Access::Program,
    parameters: CONDITIONAL,
    body: Body::None,
    answers: &[
        answer(
            200,
            "The list, in the form that `Accept` asks for.",
            &[
                HTML,
                SIMPLE_HTML,
                json("application/vnd.pypi.simple.v1+json", "ProjectList"),
            ],
        ),
        NOT_MODIFIED,
        NOT_ACCEPTABLE,
    ],
};
pub(crate) static SIMPLE_PROJECT_ADD_SLASH: Operation = plain(
    "simpleProjectAddSlash",
    FOR_PROGRAMS,
    "The way to a project's list of files",
    &[
        answer(301, "To the list.", &[]),
        answer(404, "It cannot be a name.", &[TEXT]),
    ],
);
pub(crate) static SIMPLE_PROJECT: Operation = Operation {
    id: "listFiles",
    summary: "The files of a project (PEP 503, 691, 700, 714, 792)",
    tag: FOR_PROGRAMS,
    access: Access::Program,
    parameters: CONDITIONAL,
    body: Body::None,
    answers: &[
        answer(
            200,
            "The list, in the form that `Accept` asks for.",
            &[
                HTML,
                SIMPLE_HTML,
                json("application/vnd.pypi.simple.v1+json", "SimplePage"),
            ],
        ),
        answer(301, "To the list under the normalised name.", &[]),
        answer(
            502,
            "The project is not of this index, and the index behind it cannot be asked.",
            &[TEXT],
        ),
        NOT_MODIFIED,
        MISSING,
        NOT_ACCEPTABLE,
    ],
};
pub(crate) static DOWNLOAD: Operation = Operation {
    id: "download",
    summary: "A file, a part of it, or its core metadata (PEP 658)",
    tag: FOR_PROGRAMS,
    access: Access::Program,
    parameters: &[
        IF_NONE_MATCH,
        header("Range", "The part that is wanted, in bytes."),
        header(
            "If-Range",
            "The `ETag` of the file that a part is there of already.",
        ),
    ],
    body: Body::None,
    answers: &[
        answer(200, "The file, or its core metadata.", &[BYTES, TEXT]),
        answer(206, "The part.", &[BYTES, TEXT]),
        NOT_MODIFIED,
        answer(403, "The project is quarantined.", &[TEXT]),
        MISSING,
        answer(416, "The file has no such part.", &[BYTES, TEXT]),
    ],
};
const OF_JSON: &[Answer] = &[
    answer(
        200,
        "The release.",
        &[json("application/json", "ProjectJson")],
    ),
    MISSING,
];
const fn json_api(id: &'static str, summary: &'static str) -> Operation {
    Operation {
        id,
        summary,
        tag: FOR_PROGRAMS,
        access: Access::Program,
        parameters: &[],
        body: Body::None,
        answers: OF_JSON,
    }
}
pub(crate) static JSON_PROJECT: Operation = json_api("projectJson", "The newest release as JSON");
pub(crate) static JSON_PROJECT_SLASH: Operation =
    json_api("projectJsonSlash", "The newest release as JSON");
pub(crate) static JSON_RELEASE: Operation = json_api("releaseJson", "A release as JSON");
pub(crate) static JSON_RELEASE_SLASH: Operation = json_api("releaseJsonSlash", "A release as JSON");
pub(crate) static UPLOAD: Operation = Operation {
    id: "upload",
    summary: "Publish a file (the legacy upload API)",
    tag: FOR_PROGRAMS,
    access: Access::Uploader,
    parameters: &[],
    body: Body::Upload(&[
        required(":action", FieldKind::OneOf(&["file_upload"]), "What to do."),
        required(
            "protocol_version",
            FieldKind::OneOf(&["1"]),
            "The protocol.",
        ),
        required(
            "filetype",
            FieldKind::OneOf(&["sdist", "bdist_wheel"]),
            "What the file is.",
        ),
        required(
            "pyversion",
            FieldKind::Text,
            "The Python tag of a wheel, `source` for an sdist.",
        ),
        text_field("metadata_version", "As the file's metadata says."),
        text_field("name", "The project, as the file's metadata says."),
        text_field("version", "The release, as the file's metadata says."),
        optional(
            "sha256_digest",
            FieldKind::Pattern("^[0-9a-f]{64}$"),
            "One digest is needed.",
        ),
        optional(
            "blake2_256_digest",
            FieldKind::Pattern("^[0-9a-f]{64}$"),
            "One digest is needed.",
        ),
        optional(
            "md5_digest",
            FieldKind::Pattern("^[0-9a-f]{32}$"),
            "One digest is needed.",
        ),
        required(
            "content",
            FieldKind::File,
            "The file; all other fields of its metadata may be sent as well.",
        ),
    ]),
    answers: &[
        answer(
            200,
            "Published, or there already with the same content.",
            &[TEXT],
        ),
        answer(
            400,
            "The file, its metadata or the form is not in order, or the name is taken.",
            &[TEXT],
        ),
        answer(
            403,
            "This user or token may not publish to the project.",
            &[TEXT],
        ),
        answer(408, "The upload paused for too long.", &[TEXT]),
        answer(413, "The file or a field is too large.", &[TEXT]),
        answer(415, "It is no `multipart/form-data`.", &[TEXT]),
    ],
};
pub(crate) static UPLOAD_ADD_SLASH: Operation = Operation {
    body: Body::None,
    ..plain(
        "uploadAddSlash",
        FOR_PROGRAMS,
        "The way to the upload API",
        &[answer(308, "To the upload API, with method and body.", &[])],
    )
};

pub(crate) static HEALTH: Operation = plain(
    "health",
    FOR_OPERATORS,
    "Whether the server lives",
    &[answer(200, "It does.", &[TEXT])],
);
pub(crate) static READY: Operation = plain(
    "ready",
    FOR_OPERATORS,
    "Whether the server can work: its database and its files",
    &[
        answer(200, "It can.", &[TEXT]),
        answer(503, "It cannot, and why.", &[TEXT]),
    ],
);
pub(crate) static METRICS: Operation = Operation {
    access: Access::Program,
    ..plain(
        "metrics",
        FOR_OPERATORS,
        "Counters for Prometheus",
        &[
            answer(200, "The counters.", &[TEXT]),
            answer(403, "They are not for this user.", &[TEXT]),
        ],
    )
};
pub(crate) static ROBOTS: Operation = plain(
    "robots",
    FOR_OPERATORS,
    "What crawlers may read (RFC 9309)",
    &[answer(200, "The rules.", &[TEXT])],
);
pub(crate) static SECURITY: Operation = plain(
    "security",
    FOR_OPERATORS,
    "Whom to tell of a weakness (RFC 9116)",
    &[
        answer(200, "The contact.", &[TEXT]),
        answer(404, "The operator names none.", &[TEXT]),
    ],
);
pub(crate) static CHANGE_PASSWORD_URL: Operation = plain(
    "changePasswordUrl",
    FOR_ACCOUNTS,
    "Where a password manager changes the password",
    &[answer(302, "To the page for it.", &[])],
);
pub(crate) static DOCUMENT: Operation = Operation {
    parameters: CONDITIONAL,
    ..plain(
        "openapi",
        FOR_OPERATORS,
        "This document",
        &[
            answer(200, "The document.", &[json("application/json", "OpenApi")]),
            NOT_MODIFIED,
        ],
    )
};
