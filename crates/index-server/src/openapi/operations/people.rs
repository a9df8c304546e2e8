//! The pages for people, and the forms on them.

use super::{
    Access, Answer, Body, FOR_ACCOUNTS, FOR_PEOPLE, Field, FieldKind, HTML, Operation, TEXT,
    answer, optional, plain, query, repeated_query, required, text_field,
};

const FOR_MANAGEMENT: &str = "management";

const PROOF: Field = text_field("proof", "What the page of the form holds for this session.");

const FORM_DONE: &[Answer] = &[
    answer(
        303,
        "Done: to the page that shows it, or to the one for signing in.",
        &[],
    ),
    answer(404, "It is not there.", &[HTML]),
    answer(409, "It would leave nobody in charge.", &[HTML]),
];
const PAGE: &[Answer] = &[
    answer(200, "The page.", &[HTML]),
    answer(404, "It is not there, or not for this reader.", &[HTML]),
];
const OWN_PAGE: &[Answer] = &[
    answer(200, "The page.", &[HTML]),
    answer(403, "It is not for this visitor.", &[HTML]),
    answer(404, "It is not there.", &[HTML]),
];

/// A form on the pages of the signed-in, which leads to a page.
const fn signed_form(
    id: &'static str,
    tag: &'static str,
    summary: &'static str,
    fields: &'static [Field],
) -> Operation {
    Operation {
        id,
        summary,
        tag,
        access: Access::SignedIn,
        parameters: &[],
        body: Body::Form(fields),
        answers: FORM_DONE,
    }
}

const fn page(id: &'static str, summary: &'static str) -> Operation {
    Operation {
        id,
        summary,
        tag: FOR_PEOPLE,
        access: Access::Person,
        parameters: &[],
        body: Body::None,
        answers: PAGE,
    }
}

const fn own_page(id: &'static str, tag: &'static str, summary: &'static str) -> Operation {
    Operation {
        id,
        summary,
        tag,
        access: Access::SignedIn,
        parameters: &[],
        body: Body::None,
        answers: OWN_PAGE,
    }
}

pub(crate) static HOME: Operation = page("home", "What this index is and what was published last");
pub(crate) static PROJECT_ADD_SLASH: Operation = plain(
    "projectAddSlash",
    FOR_PEOPLE,
    "The way to a project's page",
    &[
        answer(301, "To the page.", &[]),
        answer(404, "It cannot be a name.", &[HTML]),
    ],
);
pub(crate) static PROJECT: Operation = Operation {
    answers: &[
        answer(200, "The page.", &[HTML]),
        answer(301, "To the page under the normalised name.", &[]),
        answer(404, "It is not there, or not for this reader.", &[HTML]),
    ],
    ..page("project", "The newest release of a project")
};
pub(crate) static RELEASE_ADD_SLASH: Operation = plain(
    "releaseAddSlash",
    FOR_PEOPLE,
    "The way to a release's page",
    &[
        answer(301, "To the page.", &[]),
        answer(404, "It cannot be a version.", &[HTML]),
    ],
);
pub(crate) static RELEASE: Operation = Operation {
    answers: PROJECT.answers,
    ..page("release", "A release of a project")
};
pub(crate) static USER: Operation = page("user", "A user's projects");
pub(crate) static SEARCH: Operation = Operation {
    parameters: &[
        query("q", "Words of names, summaries, keywords and descriptions."),
        query(
            "page",
            "The number of the page; what is no number from 1 to 50 counts as the nearest that is.",
        ),
        repeated_query("c", "A classifier that projects must have."),
        repeated_query("python", "A Python, such as `3.12`."),
        repeated_query("licence", "A licence."),
    ],
    ..page("search", "Projects by words, narrowed by facets")
};

pub(crate) static ACCOUNT: Operation = own_page(
    "account",
    FOR_ACCOUNTS,
    "One's projects, tokens and password",
);
pub(crate) static SHOW_SIGN_IN: Operation = Operation {
    parameters: &[query(
        "next",
        "Where to go afterwards, from the root of the index.",
    )],
    ..plain(
        "showSignIn",
        FOR_ACCOUNTS,
        "The page for signing in",
        &[
            answer(200, "The page.", &[HTML]),
            answer(400, "A parameter is given twice.", &[TEXT]),
        ],
    )
};
pub(crate) static SIGN_IN: Operation = Operation {
    id: "signIn",
    summary: "Sign in",
    tag: FOR_ACCOUNTS,
    access: Access::Everybody,
    parameters: &[],
    body: Body::Form(&[
        text_field("user", "The user's name."),
        text_field("password", "The password."),
        optional("next", FieldKind::Text, "Where to go afterwards."),
    ]),
    answers: &[
        answer(303, "Signed in; the cookie is set.", &[]),
        answer(401, "The name or the password is wrong.", &[HTML]),
    ],
};
pub(crate) static SIGN_OUT: Operation = signed_form("signOut", FOR_ACCOUNTS, "Sign out", &[PROOF]);
pub(crate) static SHOW_REGISTER: Operation = Operation {
    parameters: &[query("invitation", "The secret of an invitation.")],
    ..plain(
        "showRegister",
        FOR_ACCOUNTS,
        "The page for making an account",
        &[
            answer(200, "The page.", &[HTML]),
            answer(400, "A parameter is given twice.", &[TEXT]),
            answer(403, "An invitation is needed.", &[HTML]),
        ],
    )
};
pub(crate) static REGISTER: Operation = Operation {
    id: "register",
    summary: "Make an account",
    tag: FOR_ACCOUNTS,
    access: Access::Everybody,
    parameters: &[],
    body: Body::Form(&[
        text_field("user", "The name."),
        required("password", FieldKind::AtLeast(10), "The password."),
        required(
            "password_again",
            FieldKind::AtLeast(10),
            "The password once more.",
        ),
        optional(
            "invitation",
            FieldKind::Text,
            "The secret of an invitation.",
        ),
    ]),
    answers: &[
        answer(303, "Made and signed in; the cookie is set.", &[]),
        answer(409, "There is such a user.", &[HTML]),
    ],
};
pub(crate) static CHANGE_PASSWORD: Operation = signed_form(
    "changePassword",
    FOR_ACCOUNTS,
    "Change one's password",
    &[
        PROOF,
        text_field("old", "The present password."),
        required("password", FieldKind::AtLeast(10), "The new password."),
        required(
            "password_again",
            FieldKind::AtLeast(10),
            "The new password once more.",
        ),
    ],
);
pub(crate) static CREATE_TOKEN: Operation = Operation {
    answers: &[
        answer(200, "The page that shows the token, this once.", &[HTML]),
        answer(303, "To the page for signing in.", &[]),
    ],
    ..signed_form(
        "createToken",
        FOR_ACCOUNTS,
        "Make a token",
        &[
            PROOF,
            optional(
                "description",
                FieldKind::AtMost(100),
                "What the token is for.",
            ),
            optional(
                "permission",
                FieldKind::OneOf(&["publish", "read"]),
                "What it permits.",
            ),
            optional(
                "projects",
                FieldKind::Text,
                "The projects that it is for; all of the user's without any.",
            ),
            optional(
                "days",
                FieldKind::Pattern("^([1-9][0-9]{0,2})?$"),
                "When it expires.",
            ),
        ],
    )
};
pub(crate) static REVOKE_TOKEN: Operation = signed_form(
    "revokeToken",
    FOR_ACCOUNTS,
    "Revoke one of one's tokens",
    &[PROOF, text_field("prefix", "What the token begins with.")],
);

pub(crate) static ADMINISTER: Operation = own_page(
    "administer",
    FOR_MANAGEMENT,
    "Users, invitations and settings of the index",
);
pub(crate) static INVITE: Operation = Operation {
    answers: &[
        answer(200, "The page that shows the link, this once.", &[HTML]),
        answer(303, "To the page for signing in.", &[]),
    ],
    ..signed_form(
        "invite",
        FOR_MANAGEMENT,
        "Make an invitation",
        &[
            PROOF,
            optional(
                "administrator",
                FieldKind::OneOf(&["yes"]),
                "Whether for an administrator.",
            ),
        ],
    )
};
pub(crate) static CHANGE_SETTINGS: Operation = signed_form(
    "changeSettings",
    FOR_MANAGEMENT,
    "Change the settings of the index",
    &[
        PROOF,
        required(
            "reading",
            FieldKind::OneOf(&["public", "signed-in", "people"]),
            "Who may read.",
        ),
        required(
            "registration",
            FieldKind::OneOf(&["open", "invited"]),
            "Who may make accounts.",
        ),
        required(
            "new-projects",
            FieldKind::OneOf(&["users", "administrators"]),
            "Who may begin projects.",
        ),
    ],
);
pub(crate) static CHANGE_NAMES: Operation = signed_form(
    "changeNames",
    FOR_MANAGEMENT,
    "Keep names for administrators, or give them free",
    &[
        PROOF,
        text_field("pattern", "A name, or a beginning with `*` behind it."),
        required(
            "action",
            FieldKind::OneOf(&["prohibit", "permit"]),
            "What to do.",
        ),
    ],
);
pub(crate) static CHANGE_USER: Operation = signed_form(
    "changeUser",
    FOR_MANAGEMENT,
    "Promote, demote, lock out or let in a user",
    &[
        PROOF,
        text_field("user", "The user's name."),
        required(
            "action",
            FieldKind::OneOf(&["promote", "demote", "disable", "enable"]),
            "What to do.",
        ),
    ],
);
pub(crate) static MANAGE_PROJECT: Operation = own_page(
    "manageProject",
    FOR_MANAGEMENT,
    "A project as its people manage it",
);
pub(crate) static YANK: Operation = signed_form(
    "yank",
    FOR_MANAGEMENT,
    "Yank a release, or take it back",
    &[
        PROOF,
        text_field("version", "The release."),
        optional("reason", FieldKind::AtMost(500), "Why."),
        optional(
            "action",
            FieldKind::OneOf(&["yank", "unyank"]),
            "What to do.",
        ),
    ],
);
pub(crate) static DELETE: Operation = signed_form(
    "delete",
    FOR_MANAGEMENT,
    "Delete a file, a release or the project",
    &[
        PROOF,
        required(
            "what",
            FieldKind::OneOf(&["file", "release", "project"]),
            "What goes.",
        ),
        optional("target", FieldKind::Text, "The file's name or the release."),
        text_field("confirmation", "The name of what goes, once more."),
    ],
);
pub(crate) static CHANGE_STATUS: Operation = signed_form(
    "changeStatus",
    FOR_MANAGEMENT,
    "Change a project's status (PEP 792)",
    &[
        PROOF,
        required(
            "status",
            FieldKind::OneOf(&["active", "archived", "deprecated", "quarantined"]),
            "The status.",
        ),
        optional("reason", FieldKind::AtMost(500), "Why."),
    ],
);
pub(crate) static CHANGE_READING: Operation = signed_form(
    "changeReading",
    FOR_MANAGEMENT,
    "Change who may read a project",
    &[
        PROOF,
        optional(
            "reading",
            FieldKind::OneOf(&["", "public", "signed-in", "people"]),
            "Who; nothing for as the index.",
        ),
    ],
);
pub(crate) static CHANGE_ROLE: Operation = signed_form(
    "changeRole",
    FOR_MANAGEMENT,
    "Give somebody a role in a project, or take it away",
    &[
        PROOF,
        text_field("user", "The user's name."),
        optional(
            "role",
            FieldKind::OneOf(&["owner", "maintainer"]),
            "The role.",
        ),
        optional(
            "action",
            FieldKind::OneOf(&["grant", "revoke"]),
            "What to do.",
        ),
    ],
);
