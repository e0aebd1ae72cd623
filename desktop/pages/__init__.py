"""One module or folder a page; a page knows its feature and desktop.ui, never another page's feature."""
