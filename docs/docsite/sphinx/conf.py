# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the documentation site. It is built without a network."""

from __future__ import annotations

project = "qlik.enterprise_manager"
html_title = project
html_short_title = project

extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
# Headings of guides can be linked to, as on a page that shows the repository.
myst_heading_anchors = 4
# What antsibull-docs links to in Ansible's own documentation; tests/tools/build_docs.py writes the inventory.
intersphinx_mapping = {
    "ansible_devel": ("https://docs.ansible.com/projects/ansible/devel/", "../ansible_devel.inv"),
}
default_role = "any"
nitpicky = True

pygments_style = "ansible"
highlight_language = "YAML+Jinja"
html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_use_index = False
html_copy_source = False
