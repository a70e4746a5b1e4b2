#!/usr/bin/python
# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: aem_estate
short_description: Bring a whole estate about - servers, ACLs, licenses, endpoints, tasks and what runs
version_added: 0.1.0
description:
  - Takes all servers that an Enterprise Manager is to have, each with its ACL, license, endpoints and tasks, as one
    wish. Everything is read side by side, planned, and then carried out in the order that it needs.
  - The wish is checked as a whole before the first request. Every problem is told at once, with its place.
  - A key that is left out is not managed, so O(servers[].tasks) that is left out says nothing of tasks. An empty list
    says that there are to be none, which only O(prune) or C(state=absent) brings about.
  - Check mode is the plan. It has an id, and a run with that id in O(expect) does what was planned, or nothing.
  - The order on a server is server, license, ACL, endpoints, tasks, run states, and deletions last, tasks before
    endpoints. No server waits for another.
  - Within that order, what an endpoint names comes before it, and goes after it - another endpoint, or the task that
    writes its log stream. Such a task is started before, and stopped after, the tasks that read the log stream.
  - A resource that fails stops only what needs it. Running the module again finishes what is left. A task that is
    stopped for a change runs again whatever happens.
  - What a person must decide about is blocked, and the rest goes on; a task that runs and is not to be stopped, for
    instance, or a name that looks like a rename. A run that must not be is refused, and then nothing is changed.
  - Just before a whole state is replaced, or something is deleted, it is compared with the one that was planned on.
    Where that has moved meanwhile, it is skipped.
  - With C(renamed_from) a task or an endpoint is made under its new name before the old one is deleted. A task that
    runs needs C(first_run) for that, since it never ran under its new name, or C(run_state=stopped). A server is
    removed and added again, since host and port must be unique, and keeps its ACL.
  - An endpoint that is as one of its declared configurations, called C(name__configuration), is in sync, and follows
    what git changes there, so that a failover is not undone. To change such an endpoint, change its configurations.
  - Needs Admin on Enterprise Manager, and Designer on all tasks and endpoints. What may not be read is blocked, the
    rest is done, and the module fails. To start and stop tasks that are there, Operator is enough.
  - Nothing is looked at on a server whose O(servers[].monitored) is false. What is on one that this run has monitored
    again, or gives a valid license, waits for the next run.
author:
  - The qlik.enterprise_manager contributors (!UNKNOWN)
options:
  servers:
    description:
      - The servers, with the options of M(qlik.enterprise_manager.aem_server). One of which only O(servers[].name) is
        given is not managed itself, only what is on it.
      - It is kept out of Ansible's log, and secrets in it are hidden in results.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the server in Enterprise Manager, up to 64 letters, digits, spaces, dots, dashes and underscores.
        type: str
        required: true
      state:
        description:
          - V(present) adds the server or changes what differs.
          - V(absent) removes it from Enterprise Manager, with its messages and the user roles defined on it, its
            tasks and its endpoints. The Replicate or Compose server itself stays as it is.
        type: str
        choices: [present, absent]
        default: present
      type:
        description:
          - Type of the server, V(replicate) if not set when it is added. It cannot be changed later.
        type: str
        choices: [replicate, compose]
      host:
        description:
          - Host name or IP address of the server, up to 64 letters, digits, spaces, dots, dashes and underscores.
          - Needed to add a server. Host and port together must not belong to another server.
        type: str
      port:
        description:
          - Port of the server, V(443) if not set when it is added.
        type: int
      username:
        description:
          - User that Enterprise Manager logs in to the server with, an administrator of that server.
          - 'Up to 104 characters, none of C(/ [ ] : ; | = + * ? < > ").'
          - Needed to add a server.
        type: str
      password:
        description:
          - Password of O(servers[].username). Needed to add a server.
          - It cannot be read back, so it is never compared. O(servers[].update_password) says when it is sent.
        type: str
      update_password:
        description:
          - The password is sent when the server is added, and later only if O(send_secrets) names the server.
            V(always) changes nothing about that here, and is warned of.
        type: str
        choices: [on_create, always]
        default: on_create
      description:
        description:
          - Description of the server, up to 250 characters. An empty string removes it.
        type: str
      verify_server_certificate:
        description:
          - Whether Enterprise Manager verifies the certificate of the server, V(true) if not set when it is added.
        type: bool
      monitored:
        description:
          - Whether Enterprise Manager reads the tasks and messages of the server, V(true) if not set when it is
            added.
        type: bool
      renamed_from:
        description:
          - What it was called before. See the description of the module.
        type: str
      acl:
        description:
          - The explicit ACL of the server, with the options of M(qlik.enterprise_manager.aem_server_acl).
        type: dict
        suboptions:
          state:
            description:
              - V(present) has the ACL as the other options say.
              - V(absent) removes the explicit ACL, so that the server inherits everything.
            type: str
            choices: [present, absent]
            default: present
          admin_role:
            description:
              - The admins. A role that is not given stays as it is, one that is given as V({}) is emptied.
            type: dict
            suboptions:
              users:
                description:
                  - Users, as V(DOMAIN\\user).
                type: list
                elements: str
                default: []
              groups:
                description:
                  - Groups, as V(DOMAIN\\group).
                type: list
                elements: str
                default: []
          designer_role:
            description:
              - The designers, as in O(servers[].acl.admin_role).
            type: dict
            suboptions:
              users:
                description:
                  - Users, as V(DOMAIN\\user).
                type: list
                elements: str
                default: []
              groups:
                description:
                  - Groups, as V(DOMAIN\\group).
                type: list
                elements: str
                default: []
          operator_role:
            description:
              - The operators, as in O(servers[].acl.admin_role).
            type: dict
            suboptions:
              users:
                description:
                  - Users, as V(DOMAIN\\user).
                type: list
                elements: str
                default: []
              groups:
                description:
                  - Groups, as V(DOMAIN\\group).
                type: list
                elements: str
                default: []
          viewer_role:
            description:
              - The viewers, as in O(servers[].acl.admin_role).
            type: dict
            suboptions:
              users:
                description:
                  - Users, as V(DOMAIN\\user).
                type: list
                elements: str
                default: []
              groups:
                description:
                  - Groups, as V(DOMAIN\\group).
                type: list
                elements: str
                default: []
          disable_inheritance:
            description:
              - Whether the ACLs of the levels above count for the server no more. They do count if not set on a new
                ACL.
              - While it is V(true), Enterprise Manager fills a role that is empty from the levels above, if they
                define that role. Such a role cannot be emptied, and the module warns.
              - Whether the members of a role come from above nobody can tell but by putting the ACL again. A run does
                so, and is changed only if that changed anything; check mode warns.
            type: bool
          purge:
            description:
              - With V(true), a role that is given is exactly that, users and groups together.
              - With V(false), it has at least those users and groups.
            type: bool
            default: true
      license:
        description:
          - The license of the server, with the options of M(qlik.enterprise_manager.aem_server_license).
        type: dict
        suboptions:
          content:
            description:
              - The license itself, the text of its file. It is never shown.
              - Exactly one of O(servers[].license.content) and O(servers[].license.src) is needed.
            type: str
          src:
            description:
              - File with the license, in UTF-8, on the machine where the module runs.
            type: path
          force:
            description:
              - Whether the license is sent even if it seems to be registered, which counts as a change each time.
            type: bool
            default: false
      endpoints:
        description:
          - The endpoints of the server, with the options of M(qlik.enterprise_manager.aem_endpoint). Left out,
            endpoints are not managed.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - Name of the endpoint.
            type: str
            required: true
          state:
            description:
              - V(present) has the endpoint as the other options say.
              - V(absent) deletes the endpoint. It is refused while tasks use it, or another endpoint names it.
            type: str
            choices: [present, absent]
            default: present
          role:
            description:
              - Whether tasks read from the endpoint or write to it. Needed to make one, and cannot be changed.
            type: str
            choices: [source, target]
          type_id:
            description:
              - Type of the endpoint as in an export, such as V(ORACLE_COMPONENT_TYPE). Needed to make one, cannot be
                changed.
            type: str
          settings:
            description:
              - Settings of the endpoint, those that an export has in C(db_settings). Needed to make one, V({}) will
                do.
              - A setting that is not named, or is null, stays as it is. Objects are merged, lists are replaced. Where
                the endpoint has JSON as text, it is merged as an object is, whether it is given as an object or as
                text.
              - The C($type) of an endpoint cannot be changed. A new endpoint gets that of the endpoints of its kind
                that the server has. Else it is filled in where it is known for certain, and where it is not, it must
                be given.
              - A setting is a secret by its name, such as C(password), by what is in its text, such as
                C(Password=...), or if the server has encrypted it.
              - It is kept out of Ansible's log, and secrets in it are hidden in results.
            type: dict
          unset:
            description:
              - Settings to remove, so that they are at their defaults. Each is a name or, for one inside an object, a
                JSON pointer such as V(/connectioninfo/port).
            type: list
            elements: str
          update_secrets:
            description:
              - Secrets are sent when the endpoint is made, and later only if O(send_secrets) names it. V(always)
                changes nothing about that here, and is warned of.
            type: str
            choices: [on_create, always]
            default: on_create
          timeout:
            description:
              - Seconds that a new endpoint has to become visible.
            type: int
            default: 60
          renamed_from:
            description:
              - What it was called before. See the description of the module.
            type: str
      tasks:
        description:
          - The tasks of the server, with the options of M(qlik.enterprise_manager.aem_task) and some more. Left out,
            tasks are not managed.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - Name of the task. The definition must have this task and no other.
              - The filter P(qlik.enterprise_manager.retarget#filter) gives a definition another name.
            type: str
            required: true
          state:
            description:
              - V(present) has the task as its definition says.
              - V(absent) removes the task.
            type: str
            choices: [present, absent]
            default: present
          definition:
            description:
              - The definition as data, or the text of an export.
              - At most one of O(servers[].tasks[].definition) and O(servers[].tasks[].src). One of them is needed for a
                task that is not there yet, and beside options that change a definition.
              - It is kept out of Ansible's log, and secrets in it are hidden in results. Ansible does print a task's
                own text when the task has a syntax error, so take secrets from a vault.
            type: raw
          src:
            description:
              - File with the definition, on the machine where the module runs. Exports of all generations of servers
                are read.
            type: path
          source_endpoint:
            description:
              - The source endpoint that the task gets in place of that of its definition.
            type: str
          target_endpoint:
            description:
              - The target endpoint that the task gets in place of that of its definition. It must have one target
                only.
            type: str
          ignore:
            description:
              - What is not compared, as JSON pointers below the task, or below C(cmd.replication_definition). Things
                in lists stand by their names, and C(*) for any one name, as in
                V(/task_settings/common_settings/lob_max_size).
              - If the task is imported for another reason, these settings stay as the server has them. A task that is
                new gets them from the definition.
            type: list
            elements: str
            default: []
          force:
            description:
              - Whether a task that runs is stopped for the change and resumed after it, also where the change fails.
                One that could not be resumed is told first in RV(plan), and a later run of this module resumes it.
              - A task that is removed is stopped first.
            type: bool
            default: false
          timeout:
            description:
              - Seconds for the import to become visible, for the task to stop, and for it to run again.
            type: int
            default: 60
          owners:
            description:
              - New owners of the source tables by those of the definition. An owner that it does not name is no
                error, so one map serves many tasks.
            type: dict
          overrides:
            description:
              - Settings that are merged into the task of the definition, in its own structure. A setting that is null
                is taken out, a list is replaced as a whole.
            type: dict
          with_endpoints:
            description:
              - Whether the endpoints that the definition has are imported too. They replace endpoints of these names,
                but for the secrets that the definition does not have in clear. An encrypted secret of an endpoint
                that is new, or of one whose settings the user may not read, is sent as it is, with a warning.
            type: bool
            default: false
          delete_logs:
            description:
              - Whether the logs of a task that is removed are deleted too.
            type: bool
            default: false
          tables:
            description:
              - The tables that the task replicates, with the options of M(qlik.enterprise_manager.aem_task_tables).
                They are merged into the definition, where there is one.
            type: dict
            suboptions:
              included_pattern:
                description:
                  - Patterns of tables that are replicated. V([]) removes them all, unless
                    O(servers[].tasks[].tables.purge=false).
                type: list
                elements: dict
                suboptions:
                  owner:
                    description:
                      - Owner, or schema, of the table. In a pattern, C(%) stands for any characters.
                    type: str
                    required: true
                  name:
                    description:
                      - Name of the table. In a pattern, C(%) stands for any characters.
                    type: str
                    required: true
                  load_order:
                    description:
                      - When the table is loaded. Tables with a higher number are loaded first, those with V(0) in any
                        order.
                      - A number between V(-2147483647) and V(2147483647), or one of V(LOWEST), V(LOWER), V(LOW),
                        V(NORMAL), V(HIGH), V(HIGHER) and V(HIGHEST), which stand for numbers, in any case.
                      - If not set, V(0). With O(servers[].tasks[].tables.purge=false), an entry
                        that is there already keeps what it has.
                    type: str
                  table_type:
                    description:
                      - Whether it is a table or a view.
                      - If not set, V(table). With O(servers[].tasks[].tables.purge=false), an
                        entry that is there already keeps what it has.
                    type: str
                    choices: [table, view]
              excluded_pattern:
                description:
                  - Patterns of tables that are not replicated although they match
                    O(servers[].tasks[].tables.included_pattern).
                type: list
                elements: dict
                suboptions:
                  owner:
                    description:
                      - Owner, or schema, of the table. In a pattern, C(%) stands for any characters.
                    type: str
                    required: true
                  name:
                    description:
                      - Name of the table. In a pattern, C(%) stands for any characters.
                    type: str
                    required: true
                  load_order:
                    description:
                      - When the table is loaded. Tables with a higher number are loaded first, those with V(0) in any
                        order.
                      - A number between V(-2147483647) and V(2147483647), or one of V(LOWEST), V(LOWER), V(LOW),
                        V(NORMAL), V(HIGH), V(HIGHER) and V(HIGHEST), which stand for numbers, in any case.
                      - If not set, V(0). With O(servers[].tasks[].tables.purge=false), an entry
                        that is there already keeps what it has.
                    type: str
                  table_type:
                    description:
                      - Whether it is a table or a view.
                      - If not set, V(table). With O(servers[].tasks[].tables.purge=false), an
                        entry that is there already keeps what it has.
                    type: str
                    choices: [table, view]
              explicit_included_tables:
                description:
                  - Tables that are replicated by their names.
                type: list
                elements: dict
                suboptions:
                  owner:
                    description:
                      - Owner, or schema, of the table. In a pattern, C(%) stands for any characters.
                    type: str
                    required: true
                  name:
                    description:
                      - Name of the table. In a pattern, C(%) stands for any characters.
                    type: str
                    required: true
                  load_order:
                    description:
                      - When the table is loaded. Tables with a higher number are loaded first, those with V(0) in any
                        order.
                      - A number between V(-2147483647) and V(2147483647), or one of V(LOWEST), V(LOWER), V(LOW),
                        V(NORMAL), V(HIGH), V(HIGHER) and V(HIGHEST), which stand for numbers, in any case.
                      - If not set, V(0). With O(servers[].tasks[].tables.purge=false), an
                        entry that is there already keeps what it has.
                    type: str
                  table_type:
                    description:
                      - Whether it is a table or a view.
                      - If not set, V(table). With O(servers[].tasks[].tables.purge=false),
                        an entry that is there already keeps what it has.
                    type: str
                    choices: [table, view]
              purge:
                description:
                  - With V(true), a list that is given is exactly that.
                  - With V(false), it has at least those entries, with those attributes.
                type: bool
                default: true
          run_state:
            description:
              - Whether the task runs. Left out, it is as it is; a task that is stopped for a change is resumed in any
                case.
              - 'V(started) is refused for a task that only does a full load: it ends by itself, and each run would
                load again.'
            type: str
            choices: [started, stopped]
          first_run:
            description:
              - How a task that never ran is started. Left out, such a task stays stopped.
            type: str
            choices:
              - metadata_only_create_missing_tables
              - metadata_only_recreate_all_tables
              - recover_using_locally_stored_checkpoint
              - reload_target
              - resume_processing
          renamed_from:
            description:
              - What it was called before. See the description of the module.
            type: str
  prune:
    description:
      - Whether what is there and the wish does not have is deleted, only in lists that are given, and only of
        O(prune_kinds). A task that runs is never deleted by it, nor is anything of an estate that could not be read as
        a whole.
    type: bool
    default: false
  prune_kinds:
    description:
      - What is deleted.
    type: list
    elements: str
    choices: [servers, endpoints, tasks]
    default: [tasks, endpoints]
  prune_max:
    description:
      - How many things of a kind may be deleted on a server, or how many servers. Above it the run is refused and the
        names are told. What is declared absent does not count.
    type: int
    default: 5
  prune_max_percent:
    description:
      - The same as a share of what is there of that kind on that server, or of all servers.
    type: int
    default: 20
  protected:
    description:
      - Names or patterns of what is changed, but never deleted, whatever the wish says. A run that would is refused.
    type: dict
    suboptions:
      servers:
        description:
          - Servers.
        type: list
        elements: str
      endpoints:
        description:
          - Endpoints, as C(server/name).
        type: list
        elements: str
      tasks:
        description:
          - Tasks, as C(server/name).
        type: list
        elements: str
  observe:
    description:
      - Names or patterns of servers that are planned and never written.
    type: list
    elements: str
    default: []
  ignore:
    description:
      - What is neither changed nor counted as left alone. Each entry names things, a setting, or a setting of things.
    type: list
    elements: dict
    default: []
    suboptions:
      servers:
        description:
          - Names or patterns of servers.
        type: list
        elements: str
      endpoints:
        description:
          - Endpoints, as C(server/name).
        type: list
        elements: str
      tasks:
        description:
          - Tasks, as C(server/name).
        type: list
        elements: str
      at:
        description:
          - A setting, as a JSON pointer such as V(/task_settings/common_settings/lob_max_size) in a task,
            V(/db_settings/server) in an endpoint, V(/description) of a server.
        type: str
      why:
        description:
          - The reason.
        type: str
        required: true
      until:
        description:
          - The last day on which it counts, in UTC, such as V(2027-01-31). After it a warning tells that it is over.
        type: str
  windows:
    description:
      - When tasks of servers may be stopped. Outside of that, a change that would stop one that runs is blocked, and so
        is what needs it. A server that no window names is free at any time.
      - The id of a plan does not depend on it, so a plan can be approved by day and carried out by night.
    type: list
    elements: dict
    default: []
    suboptions:
      servers:
        description:
          - Names or patterns of the servers.
        type: list
        elements: str
        default: ['*']
      days:
        description:
          - On which days it begins.
        type: list
        elements: str
        choices: [mon, tue, wed, thu, fri, sat, sun]
        default: [mon, tue, wed, thu, fri, sat, sun]
      from:
        description:
          - When it begins.
        type: str
        default: "00:00"
      to:
        description:
          - When it ends. One that ends before it begins ends on the next day, and so does one that ends when it begins,
            after 24 hours.
        type: str
        default: "24:00"
      zone:
        description:
          - Time zone of these times, such as V(Europe/Berlin).
        type: str
        default: UTC
  known_servers:
    description:
      - Names of servers that rules may name although this task says nothing of them, such as those of another
        Enterprise Manager with the same rules. V(*) says that there may be others of any name.
      - A name in O(protected), O(observe), O(windows) or O(ignore) that nothing has is warned of, and so is a pattern,
        but for those of O(ignore). Nothing else looks at these names.
    type: list
    elements: str
    default: []
  send_secrets:
    description:
      - Names or patterns of servers, and of endpoints as C(server/name), whose secrets are sent again.
      - Secrets cannot be compared, so each time this is a change. An endpoint is tested after its secrets were sent.
    type: list
    elements: str
    default: []
  expect:
    description:
      - The RV(plan_id) of a plan that was approved, or at least its first eight characters. If there is something to do
        and the plan is another, the run is refused, and what came and went is told.
      - An empty one is refused, since it may be a variable that nobody has set.
    type: str
  lock_timeout:
    description:
      - Seconds that another run on this machine, which applies to the same Enterprise Manager, has to end before this
        one begins. A run that was killed holds nothing, and check mode waits for nobody.
    type: int
    default: 600
extends_documentation_fragment:
  - qlik.enterprise_manager.aem
  - qlik.enterprise_manager.aem.actiongroup
attributes:
  check_mode:
    description: Is the plan. Nothing is written.
    support: full
  diff_mode:
    description: Shows before and after of each change. Secrets are masked, or shown as C((sent)).
    support: full
  idempotent:
    description:
      - A second run changes nothing, except with O(send_secrets). Where a server does not keep a setting as it is sent,
        that is warned of, and it is not sent again for 30 days, see RV(summary.not_taken).
    support: partial
seealso:
  - module: qlik.enterprise_manager.aem_estate_info
  - module: qlik.enterprise_manager.aem_server
  - module: qlik.enterprise_manager.aem_server_acl
  - module: qlik.enterprise_manager.aem_server_license
  - module: qlik.enterprise_manager.aem_endpoint
  - module: qlik.enterprise_manager.aem_task
  - module: qlik.enterprise_manager.aem_task_tables
"""

EXAMPLES = r"""
- name: Plan an estate
  qlik.enterprise_manager.aem_estate: &estate
    aem_url: https://em.example.com
    aem_username: CORP\admin
    aem_password: "{{ em_password }}"
    servers:
      - name: replicate-qas
        description: Quality assurance, orders and stock
        acl:
          admin_role:
            users: [CORP\admin]
            groups: [CORP\EM Admins]
          operator_role:
            groups: [CORP\Night Shift]
        endpoints:
          - name: QAS Oracle
            settings:
              server: //qas-ora:1521/ORDERS
          - name: QAS stock files
            role: target
            type_id: FILE_COMPONENT_TYPE
            settings:
              csvTargetPath: /data/stock
        tasks:
          - name: Nightly 01 accounts
            run_state: started
          - name: Nightly 02 addresses
            tables:
              included_pattern:
                - {owner: QAS, name: ADDRESS%}
          - name: Nightly 24 taxes
            state: absent
            force: true
      - name: replicate-new
        host: repl-new.corp.example
        username: CORP\svc_replicate
        password: "{{ replicate_password }}"
        tasks: []
    protected:
      servers: ["*prd*"]
    ignore:
      - tasks: ["*/Regression *"]
        why: experiments of the team
  check_mode: true
  register: planned

- name: Show the plan
  ansible.builtin.debug:
    var: planned.plan

- name: Do what was planned, and nothing else
  qlik.enterprise_manager.aem_estate:
    <<: *estate
    expect: "{{ planned.plan_id }}"
"""

RETURN = r"""
status:
  description:
    - What came of it. V(in_sync), there was nothing to do. V(changes), check mode found something to do. V(applied), it
      is done. V(blocked), something waits for a person, and the rest is done. V(refused), nothing is done, see C(msg).
      V(failed), something failed, and the rest is done.
  type: str
  returned: always
  sample: changes
plan:
  description: The plan as text, line by line, with what has become of each change.
  type: list
  elements: str
  returned: unless the wish or the rules cannot be right
  sample:
    - Plan 658a54b9  https://em.example.com/attunityenterprisemanager/api/v1
    - ""
    - replicate-qas
    - "  ~ server                           description x -> QAS"
    - "  > run_state Nightly 01 accounts    state STOPPED -> RUNNING"
    - ""
    - "Left alone: 5 servers, 25 tasks."
    - "Plan 658a54b9: 1 updated, 1 run, 0 unchanged."
plan_id:
  description: The id of the plan, for O(expect).
  type: str
  returned: unless the wish or the rules cannot be right
  sample: 658a54b933d1691e3ca9ecfd1c05010c89079667fdcb11217196bbe58b1426c5.dfb2a0531fcb6c6ba595
changes:
  description: The changes of the plan, in its order.
  type: list
  elements: dict
  returned: unless the wish or the rules cannot be right
  contains:
    kind:
      description: What it is about, one of server, license, acl, endpoint, task, tables and run_state.
      type: str
      returned: always
    server:
      description: The server.
      type: str
      returned: always
    name:
      description: The name of the thing; that of the server if it is about the server itself.
      type: str
      returned: always
    action:
      description: One of create, update, delete and run.
      type: str
      returned: always
    status:
      description: One of planned, done, blocked, observed, failed and skipped.
      type: str
      returned: always
    reason:
      description: Why it is blocked, failed or skipped.
      type: str
      returned: always
    before:
      description: What differs, as it was. Secrets are masked.
      type: dict
      returned: always
    after:
      description: What differs, as it is then. Secrets are masked.
      type: dict
      returned: always
    stops:
      description: Whether a task that runs is stopped for it.
      type: bool
      returned: always
    seconds:
      description: How long it took; null where it was not tried.
      type: float
      returned: always
  sample:
    - kind: task
      server: replicate-qas
      name: Nightly 01 accounts
      action: update
      status: planned
      reason: ""
      before: {tasks: {Nightly 01 accounts: {task_settings: {common_settings: {lob_max_size: 8}}}}}
      after: {tasks: {Nightly 01 accounts: {task_settings: {common_settings: {lob_max_size: 64}}}}}
      stops: false
      seconds: null
summary:
  description:
    - How many changes there are by action and by status, and what is said of the rest.
    - Beside what is listed, C(update) has how many things are to change, or changed. A template reads it as
      C(summary['update']), since C(summary.update) is a method of every dictionary.
  type: dict
  returned: unless the wish or the rules cannot be right
  contains:
    create:
      description: Things to make, or made.
      type: int
      returned: always
    delete:
      description: Things to delete, or deleted.
      type: int
      returned: always
    run:
      description: Tasks to start or stop, or started or stopped.
      type: int
      returned: always
    blocked:
      description: What waits for a person.
      type: int
      returned: always
    observed:
      description: What differs on servers that are observed.
      type: int
      returned: always
    failed:
      description: What failed.
      type: int
      returned: always
    skipped:
      description: What was not tried, since what it needs failed or what it replaces has moved.
      type: int
      returned: always
    unchanged:
      description: What is as it should be.
      type: int
      returned: always
    not_compared:
      description: Secrets, and licenses without dates.
      type: int
      returned: always
    left_alone:
      description: What is there and the wish does not have, or is ignored, as far as that was read.
      type: int
      returned: always
    not_taken:
      description:
        - Settings of tasks and endpoints that were sent by an earlier run and that the server does not keep. The plan
          names them. They are sent again when git or the server has another value, or after 30 days.
      type: int
      returned: always
unmanaged:
  description:
    - What is there and the wish does not have, without what is ignored. Servers, and tasks and endpoints of servers for
      which the wish gives a list of them, as far as that was read.
  type: list
  elements: dict
  returned: unless the wish or the rules cannot be right
  contains:
    kind:
      description: V(server), V(task) or V(endpoint).
      type: str
      returned: always
    server:
      description: The server.
      type: str
      returned: always
    name:
      description: The name.
      type: str
      returned: always
  sample: [{kind: task, server: replicate-qas, name: Made by hand}]
"""

from ..module_utils._estate import run
from ..module_utils._estate.secrecy import secrets_in
from ..module_utils._module import run_module


def main() -> None:
    run_module(run.work, run.ARGUMENTS, secrets_in=secrets_in)


if __name__ == "__main__":
    main()
