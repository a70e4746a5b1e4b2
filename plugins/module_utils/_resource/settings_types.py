# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ``$type`` of an endpoint's settings, by the ``type_id`` of the endpoint.

A server looks it up exactly. With a wrong one, or without, an endpoint is made that does not work, and nothing but
deleting it mends that. So only what is known for certain is filled in, and else the user is told what there is.
This is private to the collection: it may change in any release.
"""

from __future__ import annotations

import re

CERTAIN = {
    "FILE_COMPONENT_TYPE": "FileSettings",
    "KAFKA_COMPONENT_TYPE": "KafkaSettings",
    "LOG_STREAM_COMPONENT_TYPE": "LogstreamSettings",
    "NULL_TARGET_COMPONENT_TYPE": "NulltargetSettings",
    "ORACLE_COMPONENT_TYPE": "OracleSettings",
    "SNOWFLAKE_COMPONENT_TYPE": "SnowflakeSettings",
    "SQL_SERVER_COMPONENT_TYPE": "SqlserverSettings",
}

# What has been seen, by what a type_id of the family has in it. Source and target of a family often differ.
_FAMILIES = {
    "ORACLE": "OracleSettings OraclexstreamSettings",
    "SQL_?SERVER|AZURE_SQL|MSCDC": "SqlserverSettings MicrosoftsqlservermscdcSettings MicrosoftazuresqlmscdcSettings"
    " AzuresqlmanagedinstanceSettings RdssqlserverSettings SqlservergooglecloudsourceSettings"
    " SqlservergooglecloudSettings SqlazureSettings",
    "POSTGRES|ALLOYDB": "PostgresqlsourceSettings PostgresqlSettings RdspostgresqlSettings"
    " GooglepostgresqlsourceSettings GooglealloydbpostgresqlsourceSettings AWSAuroracloudpostgressourceSettings"
    " GooglepostgresqlSettings AzurepostgresqlSettings",
    "MYSQL|GOOGLE_CLOUD_SQL": "MysqlSettings RdsmysqlSettings GooglemysqlsourceSettings AzuremysqlsourceSettings"
    " MysqltargetSettings GoogleCloudSQLSettings AzuremysqlSettings",
    "DB2": "Db2luwSettings Db2zosSettings Db2zostargetSettings Db2iSettings",
    "SNOWFLAKE": "SnowflakeSettings SnowflakeazureSettings SnowflakegoogleSettings SnowflakeTargetSettings",
    "DATABRICKS": "DatabricksdeltaSettings DatabrickscloudstorageSettings",
    "KAFKA|MSK|CONFLUENT|EVENT_?HUB|PUB_?SUB": "KafkaSettings AmazonmskSettings ConfluentcloudSettings"
    " EventhubsSettings GooglecloudepubsubSettings",
    "FILE|S3|ADLS|STORAGE|HADOOP|HDINSIGHT|HORTONWORKS|DATAPROC": "FileSettings FilechannelSettings Amazons3Settings"
    " AzureadlsSettings GooglestorageSettings HadoopSettings HdinsightSettings HortonworkshadoopSettings"
    " DataprocSettings",
    "LOG_?STREAM": "LogstreamSettings",
    "NULL": "NulltargetSettings",
    "ODBC": "OdbcSettings OdbcwithcdcSettings",
    "TERADATA": "TeradatasourceSettings TeradataSettings",
    "REDSHIFT": "RedshiftDirectSettings",
    "INFORMIX": "InformixSettings",
    "VSAM|IMS": "VsamaisSettings ImsaisSettings",
    "FABRIC": "FabricDataWarehouseSettings",
}
_SPELLED = {name.lower(): name for names in _FAMILIES.values() for name in names.split()}


def candidates(type_id: str) -> list[str]:
    """The types of settings that endpoints of a kind have been seen with, by the family of its ``type_id``."""
    found = (names.split() for words, names in _FAMILIES.items() if re.search(words, type_id))
    return list(dict.fromkeys(name for names in found for name in names))


def asked_for(name: str, type_id: str) -> str:
    """What to tell where a new endpoint needs a ``$type`` from the user."""
    known = candidates(type_id)
    return (
        f"Endpoint {name} cannot be made: which $type the settings of a {type_id} have is not known for certain."
        " Give $type in settings, as db_settings has it in an export of such an endpoint."
        + (f" There are {', '.join(known)}." if known else "")
    )


def other_spelling(settings_type: str) -> str | None:
    """How a type is spelled that is known in other letters, None where there is nothing to tell."""
    known = _SPELLED.get(settings_type.lower())
    return known if known != settings_type else None
