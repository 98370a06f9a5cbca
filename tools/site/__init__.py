"""The site with the documentation: navigation, links and appearance. MkDocs builds it from the Markdown files in docs/."""
