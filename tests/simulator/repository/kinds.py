# Copyright: (c) 2026, the qlik.enterprise_manager contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of endpoints: what people call them, and the ``$type`` of their settings.

A server looks a ``$type`` up exactly as it is spelled. Which kind of endpoint has which is known for certain of some
only. These need one of those that are known at all, as source and target of a family can differ; all others get by with
any that is not a known one in another spelling.
"""

from __future__ import annotations

from typing import Any

from .errors import InvalidDocument

ENDING = "_COMPONENT_TYPE"
TYPE = "$type"

SETTINGS_TYPES = {
    "FILE": "FileSettings",
    "FILE_CHANNEL": "FilechannelSettings",
    "KAFKA": "KafkaSettings",
    "LOG_STREAM": "LogstreamSettings",
    "NULL_TARGET": "NulltargetSettings",
    "ORACLE": "OracleSettings",
    "SNOWFLAKE": "SnowflakeSettings",
    "SQL_SERVER": "SqlserverSettings",
}
# As the list of types in the console spells them, which is what the details of a task show (guide 2.17).
_LABELS = {
    "AZURE_ADLS": "Microsoft Azure ADLS",
    "AZURE_SQL_DB": "Microsoft Azure SQL Database",
    "AZURE_SQL_MSCDC_SOURCE": "Microsoft Azure SQL (MS-CDC)",
    "CUSTOM": "MongoDB",
    "DB2ISERIES": "IBM DB2 for iSeries",
    "DB2ZOS_NATIVE": "IBM DB2 for z/OS",
    "MICROSOFT_SQL_SERVER_MSCDC_SOURCE": "Microsoft SQL Server (MS-CDC)",
    "RDS_POSTGRESQL": "Amazon RDS for PostgreSQL",
    "S3": "Amazon S3",
    "SAPDB": "SAP Application (DB)",
    "SAP_APPLICATION": "SAP Application",
    "SAP_HANA_SRC": "SAP HANA",
    "SNOWFLAKE": "Snowflake on AWS",
    "SNOWFLAKE_AZURE": "Snowflake on Azure",
    "SQL_SERVER": "Microsoft SQL Server",
}
_KNOWN_TYPES = frozenset(
    f"{name}Settings"
    for name in (
        *("Oracle", "Oraclexstream"),
        *("Sqlserver", "Microsoftsqlservermscdc", "Microsoftazuresqlmscdc", "Azuresqlmanagedinstance", "Rdssqlserver"),
        *("Sqlservergooglecloudsource", "Sqlservergooglecloud", "Sqlazure"),
        *("Postgresqlsource", "Postgresql", "Rdspostgresql", "Googlepostgresqlsource", "Googlepostgresql"),
        *("Googlealloydbpostgresqlsource", "AWSAuroracloudpostgressource", "Azurepostgresql"),
        *("Mysql", "Rdsmysql", "Googlemysqlsource", "Azuremysqlsource", "Mysqltarget", "GoogleCloudSQL", "Azuremysql"),
        *("Db2luw", "Db2zos", "Db2zostarget", "Db2i"),
        *("Snowflake", "Snowflakeazure", "Snowflakegoogle", "SnowflakeTarget"),
        *("Databricksdelta", "Databrickscloudstorage"),
        *("Kafka", "Amazonmsk", "Confluentcloud", "Eventhubs", "Googlecloudepubsub"),
        *("File", "Filechannel", "Amazons3", "Azureadls", "Googlestorage", "Hadoop", "Hdinsight"),
        *("Hortonworkshadoop", "Dataproc"),
        *("Logstream", "Nulltarget", "Odbc", "Odbcwithcdc", "Teradatasource", "Teradata", "RedshiftDirect"),
        *("Informix", "Vsamais", "Imsais", "FabricDataWarehouse"),
    )
)
_SPELLINGS = frozenset(name.casefold() for name in _KNOWN_TYPES)


def short(type_id: str) -> str:
    """A type as GetEndpointList names it, such as SQL_SERVER."""
    return type_id.removesuffix(ENDING)


def label(type_id: str) -> str:
    """A type as GetTaskDetails spells it, such as Microsoft SQL Server; made of its words if nobody has told."""
    name = short(type_id)
    return _LABELS.get(name) or " ".join(word.capitalize() for word in name.split("_"))


def settings_type(type_id: str) -> str | None:
    """The ``$type`` of the settings of a new endpoint; None where that is not known for certain."""
    return SETTINGS_TYPES.get(short(type_id))


def check_settings(name: str, type_id: str, settings: dict[str, Any]) -> None:
    """That the settings of an endpoint say a ``$type`` that its kind can have. Raises InvalidDocument."""
    given = settings.get(TYPE)
    if not isinstance(given, str) or not given:
        raise InvalidDocument(f'"db_settings" of {name} has no "{TYPE}".')
    if given in _KNOWN_TYPES:
        return
    if given.casefold() in _SPELLINGS or settings_type(type_id) is not None:
        raise InvalidDocument(f'"{TYPE}" of {name} is {given}, which is not known.')
