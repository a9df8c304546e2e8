//! Routes with their descriptions: none gets into the router without one, so that the OpenAPI
//! document and the router cannot differ.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{delete, get, post};

use crate::application::Application;
use crate::openapi::Operation;

/// A route of the router, as the document has it.
pub(crate) struct DescribedRoute {
    /// As the router writes it, which is as OpenAPI does.
    pub(crate) path: &'static str,
    /// In lower case, as OpenAPI writes it.
    pub(crate) method: &'static str,
    pub(crate) operation: &'static Operation,
}

/// A router and the descriptions of all that is in it.
#[derive(Default)]
pub(crate) struct Routes {
    pub(crate) router: Router<Application>,
    pub(crate) described: Vec<DescribedRoute>,
}

impl Routes {
    /// What is read at a path. HEAD is answered as GET without its body.
    pub(crate) fn get<H, T>(
        mut self,
        path: &'static str,
        operation: &'static Operation,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Application>,
        T: 'static,
    {
        self.router = self.router.route(path, get(handler));
        self.describe(path, "get", operation)
    }

    /// What is sent to a path.
    pub(crate) fn post<H, T>(
        mut self,
        path: &'static str,
        operation: &'static Operation,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Application>,
        T: 'static,
    {
        self.router = self.router.route(path, post(handler));
        self.describe(path, "post", operation)
    }

    /// What is taken away at a path.
    pub(crate) fn delete<H, T>(
        mut self,
        path: &'static str,
        operation: &'static Operation,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Application>,
        T: 'static,
    {
        self.router = self.router.route(path, delete(handler));
        self.describe(path, "delete", operation)
    }

    /// Puts something around all routes so far, such as a layer.
    pub(crate) fn around(
        mut self,
        wrap: impl FnOnce(Router<Application>) -> Router<Application>,
    ) -> Self {
        self.router = wrap(self.router);
        self
    }

    /// All routes of both.
    pub(crate) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.described.extend(other.described);
        self
    }

    fn describe(
        mut self,
        path: &'static str,
        method: &'static str,
        operation: &'static Operation,
    ) -> Self {
        self.described.push(DescribedRoute {
            path,
            method,
            operation,
        });
        self
    }
}
