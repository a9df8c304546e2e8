//! Starting, running and stopping the server.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use axum::ServiceExt as _;
use axum::serve::ListenerExt as _;
use tilsit_index_store::{Actor, IndexStore, ManageError, StoreError, StoreOptions};
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use crate::application::{Application, EventSink, Shared};
use crate::arrival::Arrival;
use crate::event::ServerEvent;
use crate::options::ServeOptions;
use crate::router::router;
use crate::search::{SearchError, SearchIndex, feed};
use crate::site::{Place, PublicUrlError};

/// Why the server does not start or does not go on.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The index cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The first administrator cannot be invited.
    #[error("the first administrator cannot be invited")]
    Invitation(#[from] ManageError),
    /// The search index cannot be opened.
    #[error("the search index cannot be opened")]
    Search(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The index's address makes no sense.
    #[error(transparent)]
    PublicUrl(#[from] PublicUrlError),
    /// The path of the index makes no sense.
    #[error("`{0}` is no path such as `/pypi`")]
    RootPath(String),
    /// The address cannot be listened at.
    #[error("cannot listen at {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: std::io::Error,
    },
    /// The system gives no threads.
    #[error("the server's threads cannot be started")]
    Threads(#[source] std::io::Error),
    /// The connections cannot be served any more.
    #[error("the server stopped serving")]
    Serving(#[source] std::io::Error),
    /// The server's thread ended by a bug.
    #[error("the server's thread ended unexpectedly")]
    Ended,
}

/// Serves the index until `shutdown` is ready; then open requests may end within the grace time.
///
/// # Errors
/// When the index cannot be opened or the address cannot be listened at.
pub async fn serve(
    options: ServeOptions,
    events: impl Fn(&ServerEvent) + Send + Sync + 'static,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let events: EventSink = Arc::new(events);
    let now = (options.clock)();
    let place = Place::of(&options)?;
    let store_options = StoreOptions {
        data: std::path::absolute(&options.data).map_err(ServeError::Serving)?,
        database_url: options.database_url.clone(),
        blobs: options.blobs.clone(),
    };
    let store = IndexStore::open(&store_options, now).await?;
    // A wrong bucket or key is told now, not at the first upload.
    store.blobs().check().await?;
    let listen = |source| ServeError::Listen {
        address: options.listen,
        source,
    };
    let search = Arc::new(SearchIndex::open(&store_options.data)?);
    let listener = TcpListener::bind(options.listen).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let stop_grace = options.limits.stop_grace;
    let parts = (store.clone(), search.clone(), events.clone());
    let application = Shared::begin(options, place, parts);
    events(&ServerEvent::Listening { address });
    invite_the_first(&application, address).await?;
    let (stopping, mut stopped) = watch::channel(false);
    let following = tokio::spawn(feed::follow(store.clone(), search, events.clone()));
    let noticing = tokio::spawn(notice(store.clone()));
    let asked = async move {
        shutdown.await;
        events(&ServerEvent::Stopping);
        let _ = stopping.send(true);
    };
    let service = Arrival {
        router: router(application.clone()),
        application,
    };
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    // An answer of a head and a body goes out at once, not when the head is acknowledged.
    let listener = listener.tap_io(|connection| {
        // It is slower without.
        let _ = connection.set_nodelay(true);
    });
    let serving = axum::serve(listener, service).with_graceful_shutdown(asked);
    let too_long = async move {
        let _ = stopped.wait_for(|stopping| *stopping).await;
        tokio::time::sleep(stop_grace).await;
    };
    let ended = tokio::select! {
        ended = serving => ended,
        () = too_long => Ok(()),
    };
    for task in [following, noticing] {
        task.abort();
        // It holds connections of the store.
        let _ = task.await;
    }
    store.close().await;
    ended.map_err(ServeError::Serving)
}

/// Tells of the page where the first administrator makes an account, as long as there is nobody.
async fn invite_the_first(
    application: &Application,
    address: SocketAddr,
) -> Result<(), ServeError> {
    let store = &application.store;
    if store.user_count().await? > 0 {
        return Ok(());
    }
    let invitation = store
        .invite(Actor::COMMAND_LINE, true, application.now())
        .await?;
    let root = match &application.site {
        Some(site) => site.to_string(),
        None => format!("http://{address}/"),
    };
    application.tell(&ServerEvent::NoUsers {
        url: format!("{root}account/register/?invitation={invitation}"),
    });
    Ok(())
}

/// How often it is asked whether another process changed the index.
const NOTICE_PAUSE: Duration = Duration::from_millis(500);

/// Notices what other processes change: further servers, `tilsit index`.
async fn notice(store: IndexStore) {
    loop {
        // A database that does not answer is told of by the requests that need it.
        let _ = store.notice_changes().await;
        tokio::time::sleep(NOTICE_PAUSE).await;
    }
}

impl From<SearchError> for ServeError {
    fn from(error: SearchError) -> Self {
        Self::Search(Box::new(error))
    }
}

/// A server on threads of its own, for callers without a runtime. Stops when dropped.
pub struct RunningServer {
    address: SocketAddr,
    shutdown: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl RunningServer {
    /// Starts a server, and returns when it answers.
    ///
    /// # Errors
    /// As [`serve`].
    pub fn start(
        options: ServeOptions,
        events: impl Fn(&ServerEvent) + Send + Sync + 'static,
    ) -> Result<Self, ServeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("index-server")
            .build()
            .map_err(ServeError::Threads)?;
        let (shutdown, asked) = oneshot::channel();
        let (listening, address) = std::sync::mpsc::channel();
        let events = move |event: &ServerEvent| {
            if let ServerEvent::Listening { address } = event {
                let _ = listening.send(*address);
            }
            events(event);
        };
        let asked = async {
            // A dropped sender asks as well.
            let _ = asked.await;
        };
        let thread = std::thread::Builder::new()
            .name("index-server".to_owned())
            .spawn(move || runtime.block_on(serve(options, events, asked)))
            .map_err(ServeError::Threads)?;
        match address.recv() {
            Ok(address) => Ok(Self {
                address,
                shutdown: Some(shutdown),
                thread: Some(thread),
            }),
            // The sink went away before the server answered: it has failed.
            Err(_) => Err(join(thread).err().unwrap_or(ServeError::Ended)),
        }
    }

    /// Where the server answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks the server to stop, and waits until it has.
    ///
    /// # Errors
    /// When it ended by a failure.
    pub fn stop(mut self) -> Result<(), ServeError> {
        self.shutdown.take();
        self.thread.take().map_or(Ok(()), join)
    }

    /// Waits until the server ends by itself, which only a failure makes it do.
    ///
    /// # Errors
    /// The failure.
    pub fn wait(mut self) -> Result<(), ServeError> {
        self.thread.take().map_or(Ok(()), join)
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.shutdown.take();
        if let Some(thread) = self.thread.take() {
            let _ = join(thread);
        }
    }
}

impl fmt::Debug for RunningServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RunningServer({})", self.address)
    }
}

fn join(thread: JoinHandle<Result<(), ServeError>>) -> Result<(), ServeError> {
    thread.join().unwrap_or(Err(ServeError::Ended))
}
